#!/bin/sh
# The command line: exit statuses, formats, diagnostics. Makes its own rules and logs; prints TAP.
set -u

spoor=${SPOOR:-./spoor}
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir" || exit 1
unset SPOOR_RULES XDG_DATA_HOME XDG_CONFIG_HOME 2>/dev/null
HOME=$dir
export HOME
count=0

# check NAME STATUS: the last run ended so. Its output is in `out`, its errors in `err`.
check()
{
	count=$((count + 1))
	if [ "$status" = "$2" ]; then
		echo "ok $count - $1"
	else
		echo "not ok $count - $1 (status $status, expected $2)"
		sed 's/^/#   /' err out | head -20
	fi
}

run()
{
	"$spoor" "$@" >out 2>err </dev/null
	status=$?
}

# has FILE TEXT NAME / lacks FILE TEXT NAME: the text stands in the file (as it is), or not.
has()
{
	count=$((count + 1))
	if grep -qF -e "$2" "$1"; then
		echo "ok $count - $3"
	else
		echo "not ok $count - $3: no '$2' in $1"
		sed 's/^/#   /' "$1" | head -20
	fi
}
lacks()
{
	count=$((count + 1))
	if grep -qF -e "$2" "$1"; then
		echo "not ok $count - $3: '$2' in $1"
	else
		echo "ok $count - $3"
	fi
}
same()
{
	count=$((count + 1))
	if cmp -s "$1" "$2"; then
		echo "ok $count - $3"
	else
		echo "not ok $count - $3"
		diff "$1" "$2" | head -10 | sed 's/^/#   /'
	fi
}
lines()
{
	count=$((count + 1))
	n=$(wc -l <"$1" | tr -d ' ')
	if [ "$n" = "$2" ]; then
		echo "ok $count - $3"
	else
		echo "not ok $count - $3: $n lines in $1, expected $2"
		sed 's/^/#   /' "$1" | head -20
	fi
}

# event ID TIME DATA...: a Sysmon event; each DATA is Name=Value
event()
{
	id=$1 time=$2
	shift 2
	printf '<Event xmlns="http://schemas.microsoft.com/win/2004/08/events/event"><System><Provider Name="Microsoft-Windows-Sysmon"/>'
	printf '<EventID>%s</EventID><TimeCreated SystemTime="%s"/><EventRecordID>%s</EventRecordID>' "$id" "$time" "$((count + 1))"
	printf '<Channel>Microsoft-Windows-Sysmon/Operational</Channel><Computer>HOST1</Computer></System><EventData>'
	for data; do
		printf '<Data Name="%s">%s</Data>' "${data%%=*}" "${data#*=}"
	done
	printf '</EventData></Event>\n'
}

mkdir rules logs
cat >rules/fetch.yml <<'EOF'
name: Loader Fetches
id: 11111111-0000-4000-8000-000000000001
version: 1
type: TTP
status: production
data_source:
- Sysmon EventID 1
search: '| tstats count min(_time) as firstTime from datamodel=Endpoint.Processes where Processes.process_name=loader.exe
  by Processes.dest Processes.user Processes.process Processes.process_name Processes.parent_process_name
  | rename Processes.* as * | `loader_fetches_filter`'
tags:
  message: $process_name$ on $dest$ by $user$
  mitre_attack_id: [T1105]
  risk_score: 64
  observable:
  - {name: dest, type: Hostname, role: [Victim]}
tests:
- name: True Positive Test
  attack_data:
  - data: https://example.org/sets/a/b/loader.log
EOF
cat >rules/quiet.yml <<'EOF'
name: Never
id: 11111111-0000-4000-8000-000000000002
type: Anomaly
data_source:
- Sysmon EventID 1 AND Sysmon EventID 22
search: EventCode=1 Image="*nothing*"
tests:
- name: True Positive Test
  attack_data:
  - data: sets/a/b/loader.log
- name: Other
  attack_data:
  - data: sets/missing.log
EOF
{
	event 1 2026-01-02T03:04:05.678Z 'Image=C:\x\loader.exe' 'CommandLine==cmd|x, "y"' 'User=D\u1' 'ParentImage=C:\x\cmd.exe' 'ProcessId=7'
	event 3 2026-01-02T03:04:06Z 'Image=C:\x\loader.exe' 'DestinationIp=192.0.2.1' 'DestinationPort=443' 'ProcessId=7'
} >logs/loader.log
event 11 2026-01-02T03:04:05Z 'Image=C:\x\a.exe' 'TargetFilename=C:\b' >logs/other.xml

# ---- usage

run --version
check 'version' 0
has out 'spoor ' 'version is printed'
run --help
check 'help' 0
has out 'spoor query' 'help names the subcommands'
for command in scan query check test; do
	run $command --help
	check "help of $command" 0
	has out "usage: spoor $command" "usage of $command"
done
run query --help
has out 'tstats' 'help of query lists commands'
has out 'mvindex(' 'help of query lists functions'
has out 'dc(' 'help of query lists aggregations'
run
check 'no arguments' 2
lines err 1 'a wrong command line is told in one line'
has err 'see spoor --help' 'and where to read more'
for args in 'scan' 'query' 'query x' 'check' 'test rules' 'test --data logs' 'scan --format xml logs' 'scan --nonsense logs' \
	'scan --rules' 'scan --now yesterday logs' 'scan --cim other logs' 'check --format csv rules' 'scan --case a --no-case logs' 'scan --explain=1 logs' 'scan --workers 0 logs' 'scan --workers two logs'; do
	run $args
	check "wrong: $args" 2
	lines err 1 "one line for: $args"
	lines out 0 "no output for: $args"
done

# ---- scan

run scan --rules rules logs/loader.log
check 'scan' 0
has out 'Loader Fetches' 'table has the hit'
has out '2026-01-02 03:04:05' 'table has the time'
lines err 0 'nothing on stderr'
run scan --rules rules --format=jsonl logs
check 'scan of a folder, jsonl' 0
lines out 1 'one object a line'
has out '"rule":"Loader Fetches","rule_id":"11111111-0000-4000-8000-000000000001","rule_file":"fetch.yml","type":"TTP","time":"2026-01-02T03:04:05.678Z","risk_score":64,"message":"loader.exe on HOST1 by u1","risk_objects":[{"type":"system","value":"HOST1","score":64}],"mitre":["T1105"],"confirmed":null,"fields":{' 'jsonl begins as agreed'
has out '"process":"=cmd|x, \"y\""' 'jsonl has the value as it is'
has out '"count":1' 'jsonl has numbers as numbers'
has out '"event_id":1' 'jsonl has the events'
has out '"event_count":1' 'jsonl has the number of events'
has out '"term":"Processes.process_name=loader.exe"' 'jsonl says which term held'
cp out first
run scan --rules rules --format jsonl logs
same out first 'two runs print the same bytes'
run scan --rules rules --format csv logs
has out 'time,rule,risk_score,host,user,parent_process_name,process_name,process,process_id,c2,dest_port,message,confirmed,verdict,rule_id,key' 'csv header'
has out "2026-01-02T03:04:05.678Z,Loader Fetches,64,HOST1,u1,cmd.exe,loader.exe,\"'=cmd|x, \"\"y\"\"\"" 'csv disarms formulas'
run scan --rules rules --format csv --raw-cells logs
has out ',"=cmd|x, ""y""",' 'raw cells are as they are'
run scan --rules rules --no-case --now 2026-01-03T00:00:00Z --cim addon logs
check 'scan with all options' 0
run scan --rules rules --format jsonl --strict-xml --workers 1 logs
same out first 'libxml2 for all and a single thread print the same bytes'
run scan --rules rules - 
check 'an empty standard input' 2
"$spoor" scan --rules rules --format jsonl - <logs/loader.log >out 2>err
status=$?
check 'standard input' 0
lines out 1 'a hit from standard input'

run scan --rules rules logs/other.xml
check 'no hits' 0
lines out 0 'no hits, no output'
has err 'no hits' 'says that there are none'
has err 'event 11' 'says what was read'
has err '--explain' 'says where to look'
printf '%s\n' '_time,EventCode,Computer,Image,CommandLine,ProcessId' '2024-01-01T00:00:00Z,1,H,C:\a\cmd.exe,x,1' >few.csv
run scan --rules rules few.csv
check 'a table of few fields' 0
has err '1  event 1, Process Create' 'fields of Sysmon make an event of Sysmon'
printf '%s\n' '_time,EventCode,Computer,SourceName,Image,ProcessId' '2024-01-01T00:00:00Z,1,H,Acme EDR,C:\a\cmd.exe,1' >foreign.csv
run scan --rules rules foreign.csv
has err '1 record of other sources' 'no hits: says what else was read'
has err 'event 1, Acme EDR' 'and whose it is'
run scan --rules rules --explain logs/other.xml
check 'explain' 0
has err 'quiet.yml' 'explain names the rule'
has err 'HOST1' 'explain names the host'
run scan --rules rules --format csv logs/other.xml
lines out 1 'csv without hits is its header'

mkdir opened
cat >opened/opened.yml <<'EOF'
name: Process Opened
id: 11111111-0000-4000-8000-000000000003
type: Anomaly
data_source:
- Sysmon EventID 10
search: EventCode=10 | stats count by dest
EOF
run scan --rules opened --recover --format jsonl "$top_srcdir/tests/screens/data/unused.evtx"
has out '"record_id":3733102,"host":"WS-1002.corp.example","recovered":true}' 'jsonl marks an event out of unused space'
has out '"record_id":3733100,"host":"WS-1002.corp.example"}' 'and no other'
rm -r opened

run scan --rules "$top_srcdir/rules" --format csv "$top_srcdir/samples/intrusion.xml"
lines out 9 'hits are those of rules'
run scan --rules "$top_srcdir/rules" --format csv --thresholds "$top_srcdir/samples/intrusion.xml"
check 'thresholds' 0
lines out 13 'with thresholds, their hits are there, too'
has out 'Risk Threshold Exceeded For Object Over 24 Hour Period,288,' 'their score is what was gathered'

run scan --rules missing logs
check 'no rules there' 2
has err 'missing: No such file' 'names the folder'
run scan --rules rules missing.log
check 'no log there' 2
has err 'missing.log' 'names the log'
# what a reviewer would ask
mkdir review
rule()
{
	printf "name: %s\nid: %s\ntype: TTP\nsearch: '%s'\ntags:\n  message: on \$dest\$ by \$user\$ costs \$ 5\n  risk_score: 1\n  observable:\n  - {name: dest, type: Hostname, role: [Victim]}\n" \
		"$1" "$1" "$2" >"review/$1.yml"
}
rule a_field '| tstats count from datamodel=Endpoint.Processes where Processes.nosuch=x by Processes.dest Processes.user | rename Processes.* as *'
rule b_filled '| tstats count from datamodel=Endpoint.Processes where Processes.dest_category!=x by Processes.dest Processes.user | rename Processes.* as *'
rule c_value '| tstats count from datamodel=Endpoint.Filesystem where Filesystem.action=renamed by Filesystem.dest Filesystem.user | rename Filesystem.* as *'
rule d_event 'EventCode=4688 | table dest user'
rule e_token 'EventCode=1 | stats count by Computer'
rule f_path '| tstats count from datamodel=Endpoint.Processes where Processes.process_name="*\\\\cmd.exe" by Processes.dest Processes.user | rename Processes.* as *'
rule g_file '| tstats count from datamodel=Endpoint.Filesystem where Filesystem.file_name="*\\\\x*" by Filesystem.dest Filesystem.user | rename Filesystem.* as *'
rule h_open 'EventCode=1 | rex field=CommandLine "(?<z>x)"'
rule i_good '| tstats count from datamodel=Endpoint.Filesystem where Filesystem.action=Deleted by Filesystem.dest Filesystem.user | rename Filesystem.* as *'
run check review
check 'rules with warnings' 0
has out "a_field.yml:4: Endpoint.Processes has no field 'Processes.nosuch': this never holds" 'a field that the model lacks'
has out "b_filled.yml:4: Sysmon fills no 'Processes.dest_category': this never holds" 'a field that is never filled'
has out "c_value.yml:4: 'Filesystem.action' is only ever created, modified, deleted, unknown: this never holds" 'a value that cannot be'
has out 'd_event.yml:4: Sysmon has no event 4688: this never holds' 'an event that cannot be'
has out 'e_token.yml:4: the message names dest, which the search does not return' 'a token that is not there'
has out 'e_token.yml:4: a risk object names dest, which the search does not return' 'a risk object that is not there'
has out "f_path.yml:4: 'Processes.process_name' is a name without its folder: this never holds" 'a wildcard that cannot match'
has out "g_file.yml:4: 'Filesystem.file_name' is what follows the last backslash of a path: this never holds" 'another'
lacks out '/h_open.yml' 'no false alarm where fields are open'
lacks out '/i_good.yml' 'no false alarm where all is well'
has out '9 rules: 9 ok, 0 cannot run, 0 deprecated, 9 warnings' 'counts them'

# what was noticed about a search when it was compiled is told
run query 'EventCode=1 | lookup nowhere a as Image OUTPUT b | stats count' logs
has err 'line 1, column 22: lookup nowhere has no table here: it is taken as empty' 'query says that a lookup has no table'

# a regular expression without end
printf "name: Evil\nid: evil\ntype: TTP\nsearch: 'EventCode=1 | eval x=CommandLine.\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!\" | where match(x,\"(a+)+\$\")'\n" >evil.yml
run scan --rules evil.yml logs
has err 'evil.yml: 1 time a regular expression took too many steps and was given up, which counts as no match; the last was (a+)+$ in the field x' 'is given up, and told'

# macros of the user
mkdir -p config/spoor/macros
printf 'name: loader_fetches_filter\ndefinition: search user!=u1\n' >config/spoor/macros/mine.yml
printf 'name: not_used\ndefinition: search x=1\n' >config/spoor/macros/other.yml
XDG_CONFIG_HOME=$dir/config
export XDG_CONFIG_HOME
run scan --rules rules --explain logs
check 'a filter of the user' 0
lines out 0 'takes the hit away'
has err "macros    2 of your own, in $dir/config/spoor/macros" 'explain names the folder'
has err '1  rule that uses loader_fetches_filter' 'explain tells what was taken'
has err '0  rules that use not_used' 'explain tells what was not'
run query --rules rules '| tstats count from datamodel=Endpoint.Processes by Processes.user | rename Processes.* as * | `loader_fetches_filter`' logs
lacks out u1 'a search has it, too'
run test rules --data .
has out 'fail' 'a test has it, too'
printf 'name: broken\ndefinition: "| where ("\n' >config/spoor/macros/mine.yml
printf 'name: loader_fetches_filter\ndefinition: "where ("\n' >config/spoor/macros/bad.yml
run check rules
check 'a filter that is wrong' 1
has out 'fetch.yml' 'names the rule'
rm -r config
HOME=$dir/home
mkdir -p home/.config/spoor/macros
printf 'name: loader_fetches_filter\ndefinition: search user=u1\n' >home/.config/spoor/macros/mine.yml
unset XDG_CONFIG_HOME
run scan --rules rules --explain logs
has err '1  rule that uses loader_fetches_filter' 'without XDG_CONFIG_HOME it is ~/.config'
rm -r home
HOME=$dir

run scan --rules rules missing.log logs
check 'one log of two is there' 1
has out 'Loader Fetches' 'the other is scanned'
sed 's/<EventID>3/<EventID>3 <broken/' logs/loader.log >damaged.xml
run scan --rules rules damaged.xml
check 'a damaged record' 1
has err 'damaged.xml: offset ' 'names the place'
has out 'Loader Fetches' 'the record before it is used'

cp logs/loader.log copy.xml
run scan --rules rules logs/loader.log copy.xml
check 'the same log twice' 0
lines out 2 'its hits come once'
has err '--keep-duplicates keeps them' 'says that copies were left out'
run scan --rules rules --keep-duplicates logs/loader.log copy.xml
lacks err 'more than once' 'copies are kept'
run scan --rules rules --explain --from 1990-01-01 --to -20y logs/loader.log
check 'nothing in that time' 0
has err 'events from 1990-01-01T00:00:00Z to ' 'says which time'
has err ': 0 kept, ' 'says what was left out'
run scan --rules rules --from 2100-01-01T00:00:00Z logs/loader.log
has err 'events from 2100-01-01T00:00:00Z: 0 kept' 'and from when'
run query --to=soon 'search *' logs/loader.log
check '--to without a time' 2
has err "counted from the newest event like -24h, not 'soon'" 'says what a time is'

mkdir bad
cp rules/fetch.yml bad/
printf 'name: Broken\nid: b\nsearch: "| stats count by"\n' >bad/broken.yml
run scan --rules bad logs
check 'one rule of two cannot run' 1
has err 'bad/broken.yml:3: ' 'names the rule and the line'
has out 'Loader Fetches' 'the other rule runs'
run scan --rules bad/broken.yml logs
check 'no rule can run' 2

# ---- output

run scan --rules rules --format jsonl -o new.jsonl logs
check 'to a file' 0
same new.jsonl first 'the file has it'
run scan --rules rules --format csv -o new.jsonl logs
check 'a file is replaced, as a whole' 0
has new.jsonl 'time,rule' 'it is new'
run scan --rules rules -o missing/new logs
check 'no place for the file' 2
if [ -w /dev/full ]; then
	"$spoor" scan --rules rules logs >/dev/full 2>err
	status=$?
	check 'no space' 2
	has err 'No space left' 'says so'
	run scan --rules rules -o /dev/full logs
	check 'no space for -o' 2
fi
"$spoor" scan --rules rules logs >&- 2>err
status=$?
check 'standard output closed' 2
{ "$spoor" query '| makeresults count=200000 | eval x="a long line that fills the pipe"' logs 2>err; echo $? >status; } | head -1 >out
status=$(cat status)
check 'the reader went away' 2
left=$(find . -name '.*.??????' | wc -l | tr -d ' ')
count=$((count + 1))
if [ "$left" = 0 ]; then echo "ok $count - no unfinished file is left"; else echo "not ok $count - $left unfinished files"; fi

# ---- query

run query --format csv 'EventCode=1 | table Image User' logs
check 'query' 0
printf 'Image,User\r\nC:\\x\\loader.exe,D\\u1\r\n' >want
same out want 'csv of a query'
run query --format jsonl 'EventCode=1 | eval n=1+1, l=split("a,b", ",") | table n l none' logs
printf '{"n":2,"l":["a","b"]}\n' >want
same out want 'jsonl of a query'
run query 'EventCode=1 | stats count by' logs
check 'a wrong search' 2
has err 'line 1, column' 'names the place'
lines err 1 'in one line'
mkdir rules/macros
printf 'name: mine\ndefinition: EventCode=3\n' >rules/macros/mine.yml
run query --rules rules --format csv '`mine` | table DestinationIp' logs
has out '192.0.2.1' 'macros come from the rules'

# ---- check

run check rules
check 'check' 0
has out 'ok Loader Fetches (fetch.yml)' 'check lists rules'
has out '2 rules: 2 ok' 'check sums up'
run check bad
check 'check of a broken rule' 1
has out 'no bad/broken.yml:3: ' 'check gives the reason'
run check missing
check 'check of nothing' 2
mkdir old
cp rules/fetch.yml old/
printf 'name: Old\nid: o\nstatus: deprecated\nsearch: EventCode=1\n' >old/old.yml
run check old
check 'a deprecated rule is no damage' 0
has out '2 rules: 1 ok, 0 cannot run, 1 deprecated' 'it is counted'
run scan --rules old --format csv logs
check 'a deprecated rule is left out' 0
lines out 2 'and finds nothing'
run scan --rules old/old.yml --format csv logs
lines out 2 'named itself it runs'
mkdir cloud
cp rules/fetch.yml cloud/
printf 'name: Cloud\nid: c\nsearch: "sourcetype=aws:cloudtrail | stats count by user"\n' >cloud/cloud.yml
printf 'name: Web\nid: w\nsearch: "| tstats count from datamodel=Web by Web.src | apply nosuch"\n' >cloud/web.yml
run check cloud
check 'rules for other logs are no damage' 0
has out "other cloud/cloud.yml:3: search: it is for other logs than Sysmon's: it looks for sourcetype=aws:cloudtrail" 'check tells what they look for'
has out "other cloud/web.yml:3: search: it is for other logs than Sysmon's: it looks for the data model Web" 'also in data models'
has out "3 rules: 1 ok, 0 cannot run, 0 deprecated, 2 for other logs than Sysmon's" 'and counts them'
run scan --rules cloud --format csv --explain logs
check 'a scan leaves them out' 0
lines out 2 'and runs the other'
has err "2 rules are for other logs than Sysmon's and left out" 'which it says once'
has err "2 for other logs than Sysmon's left out" 'also among the rules'
has err 'cloud/web.yml:3: ' '--explain names them'
printf 'name: Lists\nid: [a]\nsearch: x=1\n' >bad/broken.yml
run check bad
has out 'no bad/broken.yml:2: ' 'a wrong key has its line'

# ---- test

mkdir -p data/sets/a/b data/other/b
cp logs/loader.log data/sets/a/b/loader.log
cp logs/other.xml data/other/b/loader.log
run test rules --data data --junit junit.xml
check 'test' 1
has out 'pass Loader Fetches' 'a test passes'
has out 'fail Never' 'a test fails'
has out 'data missing Never' 'a test without data'
has out '3 tests: 1 passed, 1 failed, 1 without data' 'the sum'
has junit.xml '<testsuite name="spoor" tests="3" failures="1" errors="0" skipped="1"' 'junit'
has out 'pass Loader Fetches (fetch.yml)' 'the only test of a rule needs no name'
has out 'data missing Never, Other (quiet.yml)' 'one of several has it'
cat >several.yml <<'EOF'
name: Several
id: several
search: EventCode=1
tests:
- name: Two logs
  attack_data:
  - data: sets/nowhere.log
  - data: sets/a/b/loader.log
  - data: sets/elsewhere.log
- name: By hand
  test_type: manual
  attack_data: []
EOF
run test several.yml --data data
check 'tests without data' 2
has out 'data missing Several, Two logs (several.yml): sets/nowhere.log is not below data; sets/elsewhere.log is not below data' 'all that is missing is named'
has out 'data missing Several, By hand (several.yml): the test names no attack_data' 'also that there is none to look for'
run test rules/fetch.yml --data data
check 'all tests pass' 0
run test rules/fetch.yml --data logs
check 'the log is found by its name alone' 0
run test rules/fetch.yml --data bad
check 'no test can run' 2

# ---- case

run scan --rules rules --case my.case --format csv logs
check 'scan with a case file' 0
has out ',open,' 'the verdict of a new hit'
[ -s my.case ]
status=$?
check 'the case file is there' 0
echo 'no case' >not.case
run scan --rules rules --case not.case logs
check 'no case file' 2
has err 'not.case' 'names it'

# ---- a terminal that does not say how wide it is ----

cat >esc.json <<'EOF'
{"SourceName":"Microsoft-Windows-Sysmon","EventID":1,"RecordNumber":1,"CommandLine":"a\u001b[2Jb\u202ec"}
EOF
printf "stty cols 0\n'%s' query --rules rules --format csv 'sysmon | table CommandLine' esc.json\n" "$spoor" >wide.sh
script -qec "sh wide.sh" /dev/null >out 2>err </dev/null
has out 'a\x1B[2Jb\u{202E}c' 'CSV on a terminal without a width: nothing acts'

echo "1..$count"
