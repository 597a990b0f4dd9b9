#!/bin/sh
# The case on the command line: recorded runs, the verdict column, risk across dumps, cases that cannot be had. Prints TAP.
set -u

spoor=${SPOOR:-./spoor}
case $spoor in /*) ;; *) spoor=$PWD/$spoor ;; esac
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir" || exit 1
unset SPOOR_RULES XDG_CONFIG_HOME 2>/dev/null
HOME=$dir/home
XDG_DATA_HOME=$dir/data
export HOME XDG_DATA_HOME
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
# that NAME COMMAND...: it succeeds.
that()
{
	count=$((count + 1))
	name=$1
	shift
	if "$@"; then
		echo "ok $count - $name"
	else
		echo "not ok $count - $name"
		sed 's/^/#   /' out err | head -20
	fi
}
has()
{
	grep -qF -e "$2" "$1"
}
# Data rows of the CSV in `out`.
rows()
{
	[ "$(($(wc -l <out) - 1))" = "$1" ]
}

# event TIME IMAGE
event()
{
	printf '<Event xmlns="http://schemas.microsoft.com/win/2004/08/events/event"><System><Provider Name="Microsoft-Windows-Sysmon"/>'
	printf '<EventID>1</EventID><TimeCreated SystemTime="%s"/><Computer>HOST1</Computer></System><EventData>' "$1"
	printf '<Data Name="Image">C:\\x\\%s</Data><Data Name="User">LAB\\ada</Data><Data Name="CommandLine">%s -x</Data>' "$2" "$2"
	printf '</EventData></Event>\n'
}
# rule FILE NAME ID IMAGE SCORE
rule()
{
	cat >"rules/$1" <<END
name: $2
id: 22222222-0000-4000-8000-00000000000$3
version: 1
type: TTP
status: production
data_source:
- Sysmon EventID 1
search: '| tstats count min(_time) as firstTime from datamodel=Endpoint.Processes where Processes.process_name=$4
  by Processes.dest Processes.user Processes.process Processes.process_name | rename Processes.* as *'
tags:
  message: $4 on \$dest\$
  mitre_attack_id: [T1105]
  risk_score: $5
  observable:
  - {name: dest, type: Hostname, role: [Victim]}
END
}
mkdir rules home
rule first.yml 'First Tool' 1 first.exe 60
rule second.yml 'Second Tool' 2 second.exe 50
cat >rules/sum.yml <<'END'
name: Risk Adds Up
id: 22222222-0000-4000-8000-000000000003
version: 1
type: Correlation
status: production
data_source:
- Sysmon EventID 1
search: '| tstats sum(All_Risk.calculated_risk_score) as risk_score values(source) as source from datamodel=Risk.All_Risk
  by All_Risk.risk_object All_Risk.risk_object_type | rename All_Risk.* as * | where risk_score > 100'
tags:
  message: $risk_object$ has $risk_score$
END
event 2020-01-01T00:00:00Z first.exe >monday.xml
event 2020-01-02T00:00:00Z second.exe >tuesday.xml

run scan --rules rules --format csv monday.xml
check 'a run without a case' 0
that 'has its hit' rows 1
that 'and makes no file' test ! -e data

run scan --rules rules --format csv --no-case monday.xml
check 'a run that wants no case' 0
that 'makes no file either' test ! -e data

run scan --rules rules --format csv --case new/folder/my.case monday.xml
check 'a run with a case' 0
that 'makes the case and its folder' test -s new/folder/my.case
that 'names the verdict of each hit' has out ',open,22222222-0000-4000-8000-000000000001,'
cp out before

run scan --rules rules --format csv --case new/folder/my.case monday.xml
check 'the same dump again' 0
that 'gives the same rows' cmp -s before out

run scan --rules rules --format csv tuesday.xml
that 'one dump alone does not add up' rows 1
run scan --rules rules --format csv --case new/folder/my.case tuesday.xml
check 'the next dump' 0
that 'sees the risk of the one before' has out 'HOST1 has 110'
run scan --rules rules --format csv --case new/folder/my.case tuesday.xml
that 'recorded risk counts once' has out 'HOST1 has 110'
run scan --rules rules --format csv --case new/folder/my.case monday.xml tuesday.xml
that 'so does risk of both dumps at once' has out 'HOST1 has 110'

echo 'no case at all, but a text that is long enough to be looked at' >text
run scan --rules rules --case text monday.xml
check 'a file that is no case' 2
that 'is named' has err text
that 'and left as it was' has text 'no case at all'

if command -v script >/dev/null; then
	script -qec "'$spoor' --rules rules --case text monday.xml" /dev/null >out 2>err </dev/null
	status=$?
	check 'the triage screen does not start without its case' 2
	that 'and says why' has out 'no spoor case'
else
	for name in 'the triage screen does not start without its case' 'and says why'; do
		count=$((count + 1))
		echo "ok $count - $name # SKIP no script(1)"
	done
fi

mkdir folder
run scan --rules rules --case folder monday.xml
check 'a folder is no case' 2
run scan --rules rules --case /dev/null/x.case monday.xml
check 'a place where no folder can be' 2

# Another spoor holds the case for as long as its log is open.
mkfifo pipe
"$spoor" scan --rules rules --case held.case - <pipe >held.out 2>&1 &
holder=$!
exec 9>pipe
for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
	[ -s held.case ] && break
	sleep 0.1
done
run scan --rules rules --case held.case monday.xml
check 'a case that another spoor has open' 2
that 'says so' has err 'another spoor has this case open'
cat monday.xml >&9
exec 9>&-
wait "$holder"
run scan --rules rules --case held.case monday.xml
check 'is free again when that one ends' 0

echo "1..$count"
