# Sample logs that are installed, and the generator of large ones. All hosts, people, addresses and files in them are invented.
#   installutil.*   one InstallUtil that connects; on another host a browser with the same process id connects, too
#   benign.xml      the same programs at honest work: no rule finds anything
#   damaged.xml     installutil.xml with broken records of many kinds between the good ones
#   intrusion.xml   a small intrusion over three hosts: what `bootstrap run` opens
#   the others      one true case per rule, named by the rule's own test; T1218.004/… at the place where the published rule's test looks
nobase_dist_pkgdata_DATA += \
	samples/T1218.004/atomic_red_team/windows-sysmon.log \
	samples/benign.xml \
	samples/certutil.xml \
	samples/cmstp.xml \
	samples/damaged.xml \
	samples/hh.xml \
	samples/installutil-utf16.xml \
	samples/installutil.jsonl \
	samples/installutil.xml \
	samples/intrusion.xml \
	samples/msbuild.xml \
	samples/mshta.xml \
	samples/msiexec.xml \
	samples/odbcconf.xml \
	samples/regasm.xml \
	samples/regsvr32.xml \
	samples/renamed.xml \
	samples/rundll32.xml \
	samples/wmic.xml

check_PROGRAMS += samples/generate
samples_generate_SOURCES = samples/generate.c samples/gen_act.c samples/gen_evtx.c samples/gen_evtx.h samples/gen_out.c samples/gen_words.c samples/gen_world.c \
	samples/gen.h samples/gen_world.h
samples_generate_LDADD =
