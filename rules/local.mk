# Detections, macros and lookups that are installed.
nobase_dist_pkgdata_DATA +=
