# Detections, macros and lookups that are installed: the tree that the program reads when no rules are named.
nobase_dist_pkgdata_DATA += \
	rules/app_template/lookups/mitre_enrichment.csv \
	rules/detections/windows_certutil_download_same_process.yml \
	rules/detections/windows_cmstp_network_connection_same_process.yml \
	rules/detections/windows_html_help_network_connection_same_process.yml \
	rules/detections/windows_installutil_network_connection_same_process.yml \
	rules/detections/windows_installutil_remote_network_connection.yml \
	rules/detections/windows_msbuild_network_connection_same_process.yml \
	rules/detections/windows_mshta_network_connection_same_process.yml \
	rules/detections/windows_msiexec_remote_package_same_process.yml \
	rules/detections/windows_odbcconf_network_connection_same_process.yml \
	rules/detections/windows_regasm_or_regsvcs_network_connection_same_process.yml \
	rules/detections/windows_regsvr32_network_connection_same_process.yml \
	rules/detections/windows_renamed_proxy_binary_network_connection_same_process.yml \
	rules/detections/windows_rundll32_network_connection_same_process.yml \
	rules/detections/windows_wmic_xsl_script_network_connection_same_process.yml \
	rules/macros/drop_dm_object_name.yml \
	rules/macros/fillnull_config.yml \
	rules/macros/oldsummaries_config.yml \
	rules/macros/process_certutil.yml \
	rules/macros/process_cmstp.yml \
	rules/macros/process_hh.yml \
	rules/macros/process_installutil.yml \
	rules/macros/process_msbuild.yml \
	rules/macros/process_mshta.yml \
	rules/macros/process_msiexec.yml \
	rules/macros/process_odbcconf.yml \
	rules/macros/process_regasm.yml \
	rules/macros/process_regsvcs.yml \
	rules/macros/process_regsvr32.yml \
	rules/macros/process_rundll32.yml \
	rules/macros/process_wmic.yml \
	rules/macros/security_content_ctime.yml \
	rules/macros/security_content_summariesonly.yml \
	rules/macros/summariesonly_config.yml \
	rules/macros/traffic_off_host.yml \
	rules/macros/windows_installutil_remote_network_connection_filter.yml
