#!/bin/sh
# The shipped rules against the shipped samples, through the program: each rule finds its true case and nothing else, the published
# search crosses hosts and is marked so, formats do not matter, damage costs the damaged records alone, and in generated logs
# exactly the planted cases are found. Usage: run by make check, with SPOOR, top_srcdir and top_builddir set.
set -u

rules=$top_srcdir/rules
samples=$top_srcdir/samples
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
n=0
bad=0

# check NAME COMMAND...: one case; the command must succeed
check() {
	n=$((n + 1))
	what=$1
	shift
	if "$@"; then
		echo "ok $n - $what"
	else
		echo "not ok $n - $what"
		bad=1
	fi
}
# scan OUT LOG: findings as JSON lines; the status is kept in $status
scan() {
	"$SPOOR" scan --rules "$rules" --format jsonl "$2" >"$work/$1" 2>"$work/$1.err"
	status=$?
}
# found OUT: which rules fired, a line each
found() {
	sed 's/.*"rule_file":"\([^"]*\)\.yml".*/\1/' "$work/$1" | LC_ALL=C sort
}
same() {
	if [ "$1" = "$2" ]; then return 0; fi
	printf '# expected:\n%s\n# found:\n%s\n' "$1" "$2"
	return 1
}
# has OUT RULE TEXT...: the only row of the rule holds each text
has() {
	row=$(grep -F "\"rule_file\":\"$2.yml\"" "$work/$1")
	out=$1
	shift 2
	for text; do
		case $row in
		*"$text"*) ;;
		*)
			echo "# $out lacks $text: $row"
			return 1
			;;
		esac
	done
}
# fields OUT: rule and result row, without what depends on the file
fields() {
	sed 's/.*"rule_file":"\([^"]*\)".*"fields":\({.*}\),"events":.*/\1 \2/' "$work/$1" | LC_ALL=C sort
}

# ---- every rule compiles, and passes its own test on its sample ----

check "all rules compile" "$SPOOR" check "$rules"
for rule in "$rules"/detections/*.yml; do
	name=$(basename "$rule" .yml)
	sample=$(sed -n 's/^ *- data: samples\///p' "$rule")
	# the published rule names a log on the net, by a path that ends like that of a sample
	[ -n "$sample" ] || sample=T1218.004/atomic_red_team/windows-sysmon.log
	scan own "$samples/$sample"
	check "$name finds its case in $sample" has own "$name" '"time":"2025-03-11T'
	check "$name finds it once" same 1 "$(found own | grep -cx "$name")"
done

"$SPOOR" test "$rules" --data "$samples" >"$work/test.out" 2>&1
check "spoor test passes as a whole" same 0 $?
scan alone "$samples/T1218.004/atomic_red_team/windows-sysmon.log"
check "without a stranger the published search is confirmed" has alone windows_installutil_remote_network_connection '"confirmed":true' '"C2":"203.0.113.77"'

# ---- other rules keep still where they should ----

only() {
	sample=$1
	shift
	scan only "$samples/$sample"
	expected=$(for r; do echo "$r"; done | LC_ALL=C sort)
	check "$sample: no other rule fires" same "$expected" "$(found only)"
}
for k in cmstp mshta msbuild odbcconf regsvr32 rundll32; do
	only $k.xml windows_${k}_network_connection_same_process
done
only certutil.xml windows_certutil_download_same_process
only hh.xml windows_html_help_network_connection_same_process
only msiexec.xml windows_msiexec_remote_package_same_process
only regasm.xml windows_regasm_or_regsvcs_network_connection_same_process
only wmic.xml windows_wmic_xsl_script_network_connection_same_process
only renamed.xml windows_rundll32_network_connection_same_process windows_renamed_proxy_binary_network_connection_same_process
only installutil.xml windows_installutil_remote_network_connection windows_installutil_network_connection_same_process
only benign.xml
check "benign.xml: status 0" same 0 $status

# ---- the published search and its decoy ----

verbatim=windows_installutil_remote_network_connection
own=windows_installutil_network_connection_same_process
scan xml "$samples/installutil.xml"
check "the published search takes the stranger's connection and is unconfirmed" has xml $verbatim '"confirmed":false' \
	'"C2":"192.0.2.80"' '"dest_port":"443"' '"dest":"WS-014.corp.example"' '"user":"m.keller"' '"process_id":"4324"'
check "its risk events name user and host" has xml $verbatim '"risk_score":80' '"type":"user","value":"m.keller","score":80' \
	'"type":"system","value":"WS-014.corp.example","score":80'
check "its message is filled in" has xml $verbatim \
	'"message":"An instance of cmd.exe spawning InstallUtil.exe was identified on endpoint WS-014.corp.example generating a remote download."'
check "the bound search finds the process's own connections" has xml $own '"confirmed":true' '"C2":"203.0.113.77"' '"dest_port":["443","8443"]'

# ---- the same events in other clothes ----

scan json "$samples/installutil.jsonl"
check "JSON lines: the same rows" same "$(fields xml)" "$(fields json)"
scan utf16 "$samples/installutil-utf16.xml"
check "UTF-16: the same rows" same "$(fields xml)" "$(fields utf16)"
gzip -c "$samples/installutil.xml" >"$work/log.xml.gz"
scan gz "$work/log.xml.gz"
check "gzip: the same rows" same "$(fields xml)" "$(fields gz)"
"$SPOOR" scan --rules "$rules" --format jsonl - <"$samples/installutil.xml" >"$work/stdin" 2>"$work/stdin.err"
check "standard input: the same rows" same "$(fields xml)" "$(fields stdin)"

# ---- damage ----

scan damaged "$samples/damaged.xml"
check "damaged.xml: status 1" same 1 $status
check "damaged.xml: the published search has its hit" has damaged $verbatim '"dest":"WS-014.corp.example"'
check "damaged.xml: so has the bound one" has damaged $own '"C2":"203.0.113.77"'
check "damaged.xml: the loss is told with its place" grep -q 'damaged\.xml' "$work/damaged.err"

# ---- two lines of log, as in the description of the search (spl-spec, acceptance test) ----

event() {
	printf "<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System><Provider Name='Microsoft-Windows-Sysmon'/>"
	printf "<EventID>%s</EventID><TimeCreated SystemTime='%s'/><EventRecordID>%s</EventRecordID><Computer>%s</Computer></System><EventData>" "$1" "$2" "$3" "$4"
	shift 4
	for f; do printf "<Data Name='%s'>%s</Data>" "${f%%=*}" "${f#*=}"; done
	printf '</EventData></Event>\n'
}
process() {
	event 1 2021-11-12T10:05:00.000000000Z 1 A 'ProcessId=100' 'Image=C:\W\InstallUtil.exe' 'CommandLine=InstallUtil x.dll' \
		'User=D\u' 'OriginalFileName=InstallUtil.exe' 'ParentImage=C:\W\cmd.exe'
}
traffic() {
	event 3 2021-11-12T10:05:02.000000000Z 2 "$1" 'ProcessId=100' 'Image=C:\W\InstallUtil.exe' 'DestinationIp=9.9.9.9' \
		'DestinationHostname=-' 'DestinationPort=80'
}
{ process; traffic A; } >"$work/two.xml"
scan two "$work/two.xml"
check "one process and its connection: one row" same $verbatim "$(found two)"
check "with all its fields" has two $verbatim '"_time":1636711200' '"user":"u"' '"dest":"A"' '"parent_process_name":"cmd.exe"' \
	'"process_name":"InstallUtil.exe"' '"process_path":"C:\\W\\InstallUtil.exe"' '"process":"InstallUtil x.dll"' \
	'"process_id":"100"' '"dest_port":"80"' '"C2":"9.9.9.9"'
process >"$work/one.xml"
scan one "$work/one.xml"
check "without the connection: no row" same '' "$(found one)"
{ process; traffic B; } >"$work/cross.xml"
scan cross "$work/cross.xml"
check "the connection on another host: the same row, unconfirmed" has cross $verbatim '"confirmed":false' '"C2":"9.9.9.9"'

# ---- searches of others, without macros beside them ----

mkdir "$work/lone"
cat >"$work/lone/rule.yml" <<'EOF'
name: Alone
id: 5d1f0c3a-0f0e-4f6e-9a53-5f4a2a4f0d11
search: |
  (`cim_Endpoint_indexes`) `sysmon` EventCode=1 `comment("a | b")`
  | stats count min(_time) as firstTime by dest
  | `ctime(firstTime)`
  | append [| tstats `summariesonly` count from datamodel=Endpoint.Processes by Processes.dest | `drop_dm_object_name(Processes)`]
EOF
"$SPOOR" scan --rules "$work/lone" --format jsonl "$samples/intrusion.xml" >"$work/lone.out" 2>"$work/lone.err"
check "the usual macros are there" grep -q '"firstTime":"03/11/2025 08:02:11"' "$work/lone.out"
check "in all their uses" same 6 "$(wc -l <"$work/lone.out")"

# ---- generated logs ----

generated() {
	"$top_builddir/samples/generate" --size 3M --hosts "$2" --days 2 --seed "$3" --format "$1" --plant 30 --plan "$work/plan" -o "$work/log" 2>/dev/null
	scan big "$work/log"
	expected=$(awk -F '\t' '{print $1, tolower($1 ~ /same_process/ ? $4 : $5)}' "$work/plan" | LC_ALL=C sort)
	got=$(awk '{
		match($0, /"rule_file":"[^"]*"/); rule = substr($0, RSTART + 13, RLENGTH - 14)
		id = ""
		if (match($0, /"process_guid":"[^"]*"/)) id = substr($0, RSTART + 16, RLENGTH - 17)
		else if (match($0, /"process_id":"[^"]*"/)) id = substr($0, RSTART + 14, RLENGTH - 15)
		print rule, tolower(id)                  # EVTX gives GUIDs in capitals
	}' "$work/big" | LC_ALL=C sort)
	check "generated $1, $2 hosts: exactly the planted cases" same "$expected" "$got"
}
generated xml 1 3
generated xml 12 4
generated json 12 5
generated evtx 12 6

echo "1..$n"
exit $bad
