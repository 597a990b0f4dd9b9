/* The embedded engine: which rows a search finds, in which order, how they fall into groups, and what it says about itself. */
#include <check.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

#include "base/utf8.h"
#include "cim/cim.h"
#include "dump.h"
#include "spl/spl.h"

/* ---- a dump with an engine ---- */

struct fixture {
	struct dump *dump;
	struct cim *cim;
	struct engine *engine;
};

static struct fixture with(struct dump *d)
{
	struct fixture f = {.dump = d};

	f.cim = cim_new(d->store, &(struct cim_opts){0});
	f.engine = engine_embedded(f.cim);
	return f;
}

static void done(struct fixture *f)
{
	f->engine->ops->free(f->engine);
	cim_free(f->cim);
	dump_free(f->dump);
}

static struct spl_query *compile(const char *text)
{
	static const struct spl_env env;
	struct diag d = DIAG_INIT;
	char msg[800];
	struct spl_query *q = spl_compile(str_c(text), &env, &d);

	ck_assert_msg(q != NULL, "%s: %s", text, diag_text(&d, msg, sizeof(msg)));
	return q;
}

/* The rows of a search as text: names, then values, ',' between cells, ';' after each line, '|' between values of a list. */
static void add_value(struct sbuf *b, struct val v)
{
	for (uint32_t i = 0; i < val_count(v); i++) {
		struct val one = val_at(v, i);
		char buf[VAL_NUM_SIZE];
		sbuf_addz(b, i ? "|" : "");
		sbuf_adds(b, val_scalar_text(&one, buf));
	}
	if (val_is_null(v))
		sbuf_addc(b, '-');
}

static void add_rows(struct sbuf *b, const struct rows *r)
{
	for (size_t c = 0; c < r->ncols; c++)
		sbuf_addf(b, "%s%.*s", c ? "," : "", STR_FMT(r->col[c].name));
	sbuf_addc(b, ';');
	for (size_t i = 0; i < r->n; i++) {
		for (size_t c = 0; c < r->ncols; c++) {
			sbuf_addz(b, c ? "," : "");
			add_value(b, r->col[c].v[i]);
		}
		sbuf_addc(b, ';');
	}
}

static struct rows *run(const struct fixture *f, const char *text)
{
	struct spl_query *q = compile(text);
	struct spl_run_opts o = {.engine = f->engine, .now = (double)NAN};
	struct diag d = DIAG_INIT;
	char msg[800];
	struct rows *r = spl_run(q, &o, NULL, &d);

	ck_assert_msg(r != NULL, "%s: %s", text, diag_text(&d, msg, sizeof(msg)));
	spl_free(q);
	return r;
}

static void gives(const struct fixture *f, const char *text, const char *want)
{
	struct rows *r = run(f, text);
	struct sbuf b = {0};

	add_rows(&b, r);
	ck_assert_msg(str_eqc(sbuf_str(&b), want), "%s\ngave     %s\nexpected %s", text, b.p, want);
	sbuf_free(&b);
	rows_free(r);
}

/* ---- grouped scans ---- */

/* spl-spec 3.1, the example */
START_TEST(tstats_example)
{
	struct fixture f = with(DUMP(
		"1|1970-01-01T01:00:01.5Z|Computer=H1|Image=C:\\cmd.exe",
		"1|1970-01-01T01:00:05Z|Computer=H1|Image=C:\\CMD.EXE",
		"1|1970-01-01T02:01:40Z|Computer=H1|Image=C:\\cmd.exe|ProcessGuid={A}"));

	gives(&f,
	      "| tstats fillnull_value=null count min(_time) as f from datamodel=Endpoint.Processes where "
	      "Processes.process_name=cmd.exe by _time span=1h Processes.process_name Processes.process_guid",
	      "_time,Processes.process_name,Processes.process_guid,count,f;"
	      "3600,CMD.EXE,null,1,3605;3600,cmd.exe,null,1,3601.5;7200,cmd.exe,{A},1,7300;");
	gives(&f,
	      "| tstats count min(_time) as f from datamodel=Endpoint.Processes where "
	      "Processes.process_name=cmd.exe by _time span=1h Processes.process_name Processes.process_guid",
	      "_time,Processes.process_name,Processes.process_guid,count,f;7200,cmd.exe,{A},1,7300;");
	gives(&f, "| tstats count from datamodel=Endpoint.Processes", "count;3;");
	gives(&f, "| tstats count from datamodel=Endpoint.Processes where Processes.dest=nobody", "count;0;");
	gives(&f, "| tstats count from datamodel=Endpoint.Processes where Processes.dest=nobody by Processes.dest",
	      "Processes.dest,count;");
	gives(&f, "| tstats count from datamodel=Endpoint.Registry by Registry.dest", "Registry.dest,count;");
	/* where comes before the fill; unknown fields are null */
	gives(&f, "| tstats fillnull_value=null count from datamodel=Endpoint.Processes where Processes.process_guid=null by host",
	      "host,count;");
	gives(&f, "| tstats fillnull_value=null count from datamodel=Endpoint.Processes by Processes.path user host source",
	      "Processes.path,user,host,source,count;null,null,H1,XmlWinEventLog:Microsoft-Windows-Sysmon/Operational,3;");
	done(&f);
}
END_TEST

START_TEST(tstats_aggregates)
{
	struct fixture f = with(DUMP(
		"1|2021-11-12T10:00:00Z|Computer=H|CommandLine=a|User=D\\x",
		"1|2021-11-12T10:00:02Z|Computer=H|CommandLine=b|User=D\\y",
		"1|2021-11-12T10:00:02Z|Computer=H|CommandLine=c",
		"1|2021-11-12T10:00:01Z|Computer=H|CommandLine=a|User=D\\x"));

	/* events are fed newest first, at one time the later in the input first: latest takes c, earliest a */
	gives(&f,
	      "| tstats count(Processes.process_guid) as g values(Processes.process) as p dc(Processes.process) as d latest(Processes.process) as l "
	      "earliest(Processes.process) as e max(_time) from datamodel=Endpoint.Processes by Processes.dest",
	      "Processes.dest,g,p,d,l,e,max(_time);H,0,a|b|c,3,c,a,1636711202;");
	gives(&f, "| tstats values(Processes.user) from datamodel=Endpoint.Processes by Processes.dest",
	      "Processes.dest,values(Processes.user);H,unknown|x|y;");
	done(&f);
}
END_TEST

/* trap 4: the bucket comes from how long the data last; months are the calendar's */
START_TEST(tstats_spans)
{
	struct fixture f = with(DUMP("1|2021-11-12T10:00:07Z|Computer=H", "1|2021-11-12T10:15:07Z|Computer=H"));
	gives(&f, "| tstats count from datamodel=Endpoint.Processes by _time", "_time,count;1636711200,1;1636712100,1;");
	done(&f);

	f = with(DUMP("1|2021-11-12T10:00:07Z|Computer=H", "3|2021-11-12T10:15:08Z|Computer=H"));
	gives(&f, "| tstats count from datamodel=Endpoint.Processes by _time", "_time,count;1636711200,1;");
	gives(&f, "| tstats count from datamodel=Endpoint.Processes by _time span=auto", "_time,count;1636711200,1;");
	gives(&f, "| tstats count from datamodel=Endpoint.Processes by _time span=1s", "_time,count;1636711207,1;");
	done(&f);

	f = with(DUMP("1|2021-11-12T10:00:07Z|Computer=H", "1|2021-12-31T23:59:59Z|Computer=H", "1|2022-01-01T00:00:00Z|Computer=H"));
	gives(&f, "| tstats count from datamodel=Endpoint.Processes by _time", "_time,count;1636675200,1;1640908800,1;1640995200,1;");
	gives(&f, "| tstats count from datamodel=Endpoint.Processes by _time span=1mon",
	      "_time,count;1635724800,1;1638316800,1;1640995200,1;");
	done(&f);

	/* an event without a time has no bucket */
	f = with(DUMP("1||Computer=H", "1|2021-11-12T10:00:07Z|Computer=H"));
	gives(&f, "| tstats count from datamodel=Endpoint.Processes by _time span=1h", "_time,count;1636711200,1;");
	gives(&f, "| tstats fillnull_value=none count from datamodel=Endpoint.Processes by _time span=1h",
	      "_time,count;1636711200,1;none,1;");
	done(&f);
}
END_TEST

/* spl-spec 3.1 point 8 and the table of 2.6 */
START_TEST(lists)
{
	struct fixture f = with(DUMP(
		"22|2021-11-12T10:00:00Z|Computer=1|QueryName=q|QueryResults=x;",
		"22|2021-11-12T10:00:01Z|Computer=2|QueryName=q|QueryResults=y;",
		"22|2021-11-12T10:00:02Z|Computer=3|QueryName=q",
		"22|2021-11-12T10:00:03Z|Computer=4|QueryName=q|QueryResults=x;y;"));

	gives(&f, "answer!=x | table Computer answer", "Computer,answer;4,x|y;2,y;");
	gives(&f, "NOT answer=x | table Computer", "Computer;3;2;");
	gives(&f, "answer=* | table Computer", "Computer;4;2;1;");
	gives(&f, "NOT answer=* | table Computer", "Computer;3;");
	gives(&f, "answer=x answer=y | table Computer", "Computer;4;");
	gives(&f, "| tstats count from datamodel=Network_Resolution by DNS.answer DNS.query",
	      "DNS.answer,DNS.query,count;unknown,q,1;x,q,2;y,q,2;");
	gives(&f, "| tstats count(DNS.answer) as n values(DNS.answer) as v from datamodel=Network_Resolution where DNS.answer=X",
	      "n,v;3,x|y;");
	done(&f);
}
END_TEST

/* ---- raw scans ---- */

static const char *const mixed[] = {
	"1|2021-11-12T10:00:00Z|Computer=A|Image=C:\\a.exe|CommandLine=one|ProcessId=7",
	"3|2021-11-12T10:00:00Z|Computer=A|Image=C:\\b.exe|DestinationIp=10.1.2.3",
	"7|2021-11-12T10:00:05Z|Computer=B|Image=C:\\a.exe|ImageLoaded=C:\\l.dll|Signed=False",
	"1|2021-11-12T09:00:00.25Z|Computer=B|CommandLine=two|ProcessId=07",
	"L1|2021-11-12T10:00:01Z|Computer=L|Image=/bin/a.exe|ProcessId=8",
	"22||Computer=B|QueryName=none",
};

START_TEST(order_and_fields)
{
	struct fixture f = with(dump_cut_new(mixed, sizeof(mixed) / sizeof *mixed, 2, 2, 0));

	gives(&f, "* | table _time Computer EventCode",
	      "_time,Computer,EventCode;1636711205,B,7;1636711201,L,1;1636711200,A,3;1636711200,A,1;1636707600.25,B,1;-,B,22;");
	gives(&f, "* | head 2 | table EventCode", "EventCode;7;1;");
	gives(&f, "Image=*a.exe | fields - _time | fields Proc* nonesuch Sig*", "ProcessId,Signed;-,False;8,-;7,-;");
	gives(&f, "Signed=false | fields Image*", "_time,Image,ImageLoaded;1636711205,C:\\a.exe,C:\\l.dll;");
	gives(&f, "ProcessId=7 | table ProcessId", "ProcessId;7;07;");
	gives(&f, "ProcessId IN (8, 9) | table ProcessId", "ProcessId;8;");
	gives(&f, "ProcessId>=7 ProcessId<8 | table ProcessId", "ProcessId;7;07;");
	gives(&f, "dest_ip=10.0.0.0/8 | table dest_ip", "dest_ip;10.1.2.3;");
	gives(&f, "dest_ip!=10.0.0.0/8 | table dest_ip", "dest_ip;");
	gives(&f, "sourcetype=XmlWinEventLog EventCode IN (1, 22) | table EventCode Computer", "EventCode,Computer;1,A;1,B;22,B;");
	gives(&f, "source=Syslog* | table source", "source;Syslog:Linux-Sysmon/Operational;");
	gives(&f, "CommandLine=o* OR Signed=F* | table Computer", "Computer;B;A;");
	gives(&f, "NOT (EventCode=1 OR EventCode=3) | table EventCode", "EventCode;7;22;");
	gives(&f, "index=main EventCode=3 | table EventCode", "EventCode;3;");
	gives(&f, "processid=7 | table EventCode", "EventCode;");
	gives(&f, "earliest=1636711200 latest=1636711201 * | table EventCode", "EventCode;3;1;");
	gives(&f, "_time>1636711200 | table EventCode", "EventCode;7;1;");
	gives(&f, "NOT _time=* | table EventCode", "EventCode;22;");
	done(&f);
}
END_TEST

/* all fields of the events found, and none that is nowhere */
START_TEST(all_fields)
{
	struct fixture f = with(DUMP("26|2021-11-12T10:00:00Z|Computer=A|TargetFilename=C:\\x|IsExecutable=true"));
	struct rows *r = run(&f, "EventCode=26 | fields *");
	static const char *const want[] = {
		"_time", "Computer", "EventCode", "EventDescription", "EventID", "IsExecutable", "Name", "SystemTime", "TargetFilename",
		"TimeCreated", "action", "dest", "dvc", "dvc_nt_host", "file_name", "file_path", "host", "object_category", "signature",
		"signature_id", "source", "sourcetype", "vendor_product",
	};

	ck_assert_uint_eq(r->ncols, sizeof(want) / sizeof *want);
	for (size_t i = 0; i < r->ncols; i++)
		ck_assert(str_eqc(r->col[i].name, want[i]));
	rows_free(r);
	gives(&f, "| from datamodel:Endpoint.Filesystem | search user=unknown | fields - _time",
	      "action,dest,file_acl,file_hash,file_name,file_path,host,object_category,source,sourcetype,user,vendor_product;"
	      "deleted,A,unknown,unknown,x,C:\\x,A,file,XmlWinEventLog:Microsoft-Windows-Sysmon/Operational,XmlWinEventLog,unknown,"
	      "Microsoft Sysmon;");
	done(&f);
}
END_TEST

START_TEST(keywords)
{
	struct fixture f = with(DUMP(
		"1|2021-11-12T10:00:00Z|Computer=A|Image=C:\\x\\mimikatz.exe|CommandLine=say hello-world|EventRecordID=4711",
		"7|2021-11-12T10:00:01Z|Computer=B|ImageLoaded=C:\\mimikatz2.dll",
		"3|2021-11-12T10:00:02Z|Computer=MIMIKATZ|UtcTime=2021-11-12 10:00:02.123"));

	gives(&f, "mimikatz | table EventCode", "EventCode;3;1;");
	gives(&f, "mimikatz* | table EventCode", "EventCode;3;7;1;");
	gives(&f, "hello | table EventCode", "EventCode;1;");
	gives(&f, "\"say hello-world\" | table EventCode", "EventCode;1;");
	gives(&f, "ell | table EventCode", "EventCode;");
	gives(&f, "*ell* | table EventCode", "EventCode;1;");
	gives(&f, "ImageLoaded | table EventCode", "EventCode;7;");
	gives(&f, "NOT ImageLoaded | table EventCode", "EventCode;3;1;");
	gives(&f, "4711 | table EventCode", "EventCode;1;");
	gives(&f, "02.123 | table EventCode", "EventCode;3;");
	gives(&f, "Computer | table EventCode", "EventCode;3;7;1;");
	gives(&f, "process_name | table EventCode", "EventCode;");
	gives(&f, "* EventCode=1 | table EventCode", "EventCode;1;");
	done(&f);
}
END_TEST

/* The raw record is read from the file again. */
START_TEST(raw_records)
{
	static const char log[] =
		"<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System><Provider Name='Microsoft-Windows-Sysmon'/>"
		"<EventID>5</EventID><TimeCreated SystemTime='2021-11-12T10:00:00.1234567Z'/><Computer>A</Computer></System>"
		"<EventData><Data Name='Image'>C:\\x&amp;y.exe</Data></EventData></Event>\n";
	char path[] = "/tmp/check_engine.XXXXXX";
	int fd = mkstemp(path);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, log, sizeof(log) - 1), (ssize_t)sizeof(log) - 1);
	close(fd);
	const char *const paths[] = {path};
	struct dump *d = xcalloc(1, sizeof(*d));
	d->load = load_run(paths, 1, &(struct load_opts){.workers = 1});
	d->store = store_new(d->load);
	struct fixture f = with(d);

	gives(&f, "EventCode=5 | table _time SystemTime Image",
	      "_time,SystemTime,Image;1636711200.123456,2021-11-12T10:00:00.1234567Z,C:\\x&y.exe;");
	gives(&f, "_raw=*x&amp;amp;y.exe* | table EventCode", "EventCode;5;");
	gives(&f, "_raw=nothing | table EventCode", "EventCode;");
	struct rows *r = run(&f, "EventCode=5 | table _raw");
	ck_assert_uint_eq(r->n, 1);
	struct str raw = {r->col[0].v[0].s, r->col[0].v[0].len};
	ck_assert(str_eq(raw, (struct str){log, sizeof(log) - 2}));
	rows_free(r);
	unlink(path);
	done(&f);
}
END_TEST

/* ---- lineage, limits, stopping ---- */

START_TEST(lineage)
{
	enum { EVENTS = 200 };
	static char text[EVENTS][80];
	const char *event[EVENTS];

	for (int i = 0; i < EVENTS; i++) {
		snprintf(text[i], sizeof(text[i]), "1|2021-11-12T10:%02d:%02dZ|Computer=%s|CommandLine=%d", (i * 7 % EVENTS) / 60,
		         (i * 7 % EVENTS) % 60, i % 4 ? "A" : "B", i);
		event[i] = text[i];
	}
	struct fixture f = with(dump_cut_new(event, EVENTS, 33, 2, 0));
	struct rows *r = run(&f, "| tstats count from datamodel=Endpoint.Processes by Processes.dest");

	ck_assert_uint_eq(r->n, 2);
	ck_assert_uint_eq(r->lin[0]->total, 150);
	ck_assert_uint_eq(r->lin[0]->n, LINEAGE_MAX);
	ck_assert_uint_eq(r->lin[1]->total, 50);
	ck_assert_uint_eq(r->lin[1]->n, 50);
	/* the earliest, in order */
	usec_t last = WHEN_NONE, latest = store_time(f.dump->store, r->lin[0]->v[LINEAGE_MAX - 1].ev);
	uint32_t earlier = 0;
	for (uint32_t i = 0; i < LINEAGE_MAX; i++) {
		usec_t t = store_time(f.dump->store, r->lin[0]->v[i].ev);
		ck_assert_int_gt(t, last);
		last = t;
	}
	for (ev_t ev = 0; ev < EVENTS; ev++)
		earlier += ev % 4 && store_time(f.dump->store, ev) <= latest;
	ck_assert_uint_eq(earlier, LINEAGE_MAX);
	rows_free(r);

	r = run(&f, "CommandLine=17 | table CommandLine");
	ck_assert_uint_eq(r->n, 1);
	ck_assert_uint_eq(r->lin[0]->n, 1);
	ck_assert_uint_eq(r->lin[0]->v[0].ev, 17);
	rows_free(r);
	done(&f);
}
END_TEST

static struct rows *scan(const struct fixture *f, struct scan s)
{
	struct diag d = DIAG_INIT;

	s.earliest = -HUGE_VAL;
	s.latest = HUGE_VAL;
	struct rows *r = f->engine->ops->scan(f->engine, &s, &d);
	ck_assert_ptr_nonnull(r);
	return r;
}

START_TEST(limits)
{
	struct fixture f = with(dump_cut_new(mixed, sizeof(mixed) / sizeof *mixed, 2, 2, 0));
	struct str names[] = {STR("EventCode"), STR("Computer")};
	struct fieldset want = {.v = names, .n = 2};
	atomic_bool cancel = true;

	struct rows *r = scan(&f, (struct scan){.want = &want, .limit = 2});
	ck_assert_uint_eq(r->n, 2);
	ck_assert(!r->partial);
	ck_assert(str_eqc((struct str){r->col[2].v[0].s, r->col[2].v[0].len}, "7"));
	rows_free(r);

	r = scan(&f, (struct scan){.want = &want, .memory = 250});
	ck_assert_uint_ge(r->n, 1);
	ck_assert_uint_lt(r->n, 6);
	ck_assert(r->partial);
	rows_free(r);

	r = scan(&f, (struct scan){.want = &want, .cancel = &cancel});
	ck_assert(r->partial);
	rows_free(r);
	r = scan(&f, (struct scan){.grouped = true, .dataset = "Endpoint.Processes", .cancel = &cancel});
	ck_assert(r->partial);
	rows_free(r);

	struct diag d = DIAG_INIT;
	struct scan unknown = {.dataset = "Web.Web", .earliest = -HUGE_VAL, .latest = HUGE_VAL};
	ck_assert_ptr_null(f.engine->ops->scan(f.engine, &unknown, &d));
	ck_assert_str_eq(d.msg, "there is no data model 'Web.Web' here");

	double first, last;
	ck_assert(f.engine->ops->bounds(f.engine, &first, &last));
	ck_assert_double_eq(first, 1636707600.25);
	ck_assert_double_eq(last, 1636711205);
	ck_assert_ptr_eq(f.engine->ops->store(f.engine), f.dump->store);
	done(&f);

	enum { MANY = 5000 };
	const char **many = xcalloc(MANY, sizeof(*many));
	for (size_t i = 0; i < MANY; i++)
		many[i] = mixed[0];
	f = with(dump_cut_new(many, MANY, 1000, 1, 0));
	r = scan(&f, (struct scan){.grouped = true, .dataset = "Endpoint.Processes", .memory = 1});
	ck_assert(r->partial);
	rows_free(r);
	free(many);
	done(&f);

	f = with(dump_cut_new(mixed, 0, 1, 1, 0));
	ck_assert(!f.engine->ops->bounds(f.engine, &first, &last));
	gives(&f, "* | table EventCode", "EventCode;");
	gives(&f, "| tstats count from datamodel=Endpoint.Processes by _time", "_time,count;");
	done(&f);
}
END_TEST

/* ---- any expression, against a plain reading of it ---- */

static uint32_t seed = 7;

static unsigned below(unsigned n)
{
	seed = seed * 1664525 + 1013904223;
	return (seed >> 10) % n;
}

static const char *const field_of[] = {"Image", "CommandLine", "ProcessId", "Rare", "EventCode", "Computer", "answer", "nonesuch"};

static void random_expr(struct sbuf *b, unsigned depth)
{
	static const char *const value[] = {"*a*", "b*", "*1", "a", "3", "12", "b1", "*", "A12", "c7", "1*2", "22", "7"};
	static const char *const cmp[] = {"=", "=", "=", "!=", "<", ">="};

	if (depth == 0 || below(4) == 0) {
		if (below(5) == 0) {
			sbuf_addf(b, "%s IN (", field_of[below(8)]);
			for (unsigned n = 1 + below(12); n > 0; n--)
				sbuf_addf(b, "%s,", value[below(13)]);
			sbuf_addz(b, ")");
		} else {
			sbuf_addf(b, "%s%s%s", field_of[below(8)], cmp[below(6)], value[below(13)]);
		}
		return;
	}
	switch (below(3)) {
	case 0:
		sbuf_addz(b, "NOT (");
		random_expr(b, depth - 1);
		sbuf_addz(b, ")");
		return;
	default:
		sbuf_addz(b, "(");
		random_expr(b, depth - 1);
		for (unsigned n = 1 + below(3); n > 0; n--) {
			sbuf_addz(b, below(2) ? ") OR (" : ") AND (");
			random_expr(b, depth - 1);
		}
		sbuf_addz(b, ")");
	}
}

static bool term_holds(const struct fixture *f, struct event_ref e, const struct expr *x)
{
	uint32_t id;
	bool multi, any = false;

	cim_values(f->cim, cim_raw(), e.table, x->term.field, &e.row, 1, &id, &multi);
	struct str rest = pool_str(store_pool(f->dump->store), id);
	while (rest.p && !any) {
		const char *end = multi ? memchr(rest.p, '\n', rest.n) : NULL;
		struct str one = {rest.p, end ? (size_t)(end - rest.p) : rest.n};
		struct sbuf folded = {0};
		utf8_fold_str(one, &folded);
		any = pattern_match(x->term.pattern, x->term.cmp, one, sbuf_str(&folded));
		sbuf_free(&folded);
		rest = end ? (struct str){end + 1, rest.n - one.n - 1} : (struct str){NULL, 0};
	}
	return any;
}

static bool plain(const struct fixture *f, struct event_ref e, const struct expr *x)
{
	switch (x->op) {
	case E_AND:
		for (unsigned i = 0; i < x->n; i++)
			if (!plain(f, e, x->arg[i]))
				return false;
		return true;
	case E_OR:
		for (unsigned i = 0; i < x->n; i++)
			if (plain(f, e, x->arg[i]))
				return true;
		return false;
	case E_NOT: return !plain(f, e, x->arg[0]);
	case E_TERM: return term_holds(f, e, x);
	default: return x->op == E_TRUE;
	}
}

START_TEST(any_expression)
{
	enum { EVENTS = 800, EXPRESSIONS = 600 };
	static char text[EVENTS][160];
	const char *event[EVENTS];
	static const char *const letters[] = {"a", "b", "c", "A", "B"};

	for (int i = 0; i < EVENTS; i++) {
		char *p = text[i];
		unsigned id = below(8);
		p += sprintf(p, "%s|2021-11-12T%02u:%02u:%02uZ|Computer=h%u", id == 0 ? "3" : id == 1 ? "22" : id == 2 ? "7" : "1", below(24),
		             below(60), below(60), below(3));
		if (below(3))
			p += sprintf(p, "|Image=%s%u", letters[below(5)], below(20));
		if (below(5))
			p += sprintf(p, "|CommandLine=%s%u", letters[below(5)], below(EVENTS * 4));
		if (below(2))
			p += sprintf(p, "|ProcessId=%u", below(30));
		if (below(40) == 0)
			p += sprintf(p, "|Rare=%s", letters[below(5)]);
		if (id == 1 && below(2))
			sprintf(p, "|QueryResults=%s%u;%u;", letters[below(5)], below(3), below(15));
		event[i] = text[i];
	}
	struct fixture f = with(dump_cut_new(event, EVENTS, 100, 3, 0));
	struct str name = STR("EventCode");
	struct fieldset want = {.v = &name, .n = 1};

	for (int k = 0; k < EXPRESSIONS; k++) {
		struct sbuf b = {0};
		random_expr(&b, 3);
		struct spl_query *q = compile(b.p);
		size_t n, found = 0;
		struct scan s = spl_leaves(q, &n)[0].scan;
		s.want = &want;
		struct rows *r = scan(&f, s);
		uint8_t hit[EVENTS] = {0};
		for (size_t i = 0; i < r->n; i++) {
			ev_t ev = r->lin[i]->v[0].ev;
			hit[ev] = 1;
			if (i > 0) {
				ev_t before = r->lin[i - 1]->v[0].ev;
				usec_t x = store_time(f.dump->store, before), y = store_time(f.dump->store, ev);
				if (x < y || (x == y && before < ev))
					ck_abort_msg("%s: event %u before %u", b.p, before, ev);
			}
		}
		for (ev_t ev = 0; ev < EVENTS; ev++) {
			bool holds = plain(&f, store_event(f.dump->store, ev), s.where);
			if (holds != hit[ev])
				ck_abort_msg("%s: event %u: %d, found %d", b.p, ev, holds, hit[ev]);
			found += holds;
		}
		/* and a search that finds something can find something */
		char why[200] = "";
		bool can = f.engine->ops->can_match(f.engine, &s, why, sizeof(why));
		ck_assert_msg(can || found == 0, "%s: %s", b.p, why);
		ck_assert(can || why[0]);
		rows_free(r);
		spl_free(q);
		sbuf_free(&b);
	}
	done(&f);
}
END_TEST

/* ---- why not, and why ---- */

static void cannot(const struct fixture *f, const char *text, const char *want)
{
	struct spl_query *q = compile(text);
	size_t n;
	struct scan s = spl_leaves(q, &n)[0].scan;
	char why[300] = "";

	s.earliest = -HUGE_VAL;
	s.latest = HUGE_VAL;
	bool can = f->engine->ops->can_match(f->engine, &s, why, sizeof(why));
	ck_assert_msg(can == !want && strcmp(why, want ? want : "") == 0, "%s: %d '%s', expected '%s'", text, can, why, want);
	spl_free(q);
}

START_TEST(why_not)
{
	struct fixture f = with(dump_cut_new(mixed, sizeof(mixed) / sizeof *mixed, 2, 2, 0));

	cannot(&f, "Image=*a.exe", NULL);
	cannot(&f, "source=XmlWin* EventCode=10 TargetImage=*", "the dump has no event 10");
	cannot(&f, "TargetImage=x EventCode IN (17, 18)", "the dump has no event 17 or 18");
	cannot(&f, "EventCode=3 TargetImage=*", "no event of this dump that it looks at has the field TargetImage");
	cannot(&f, "EventCode=7 Image=*b.exe", "no event of this dump has Image=\"*b.exe\"");
	cannot(&f, "EventCode=7 NOT Image=*", "no event of this dump has NOT Image=\"*\"");
	cannot(&f, "EventCode=1 (Image=x OR CommandLine=y)", "no event of this dump has (Image=\"x\" OR CommandLine=\"y\")");
	cannot(&f, "EventCode=1 Image=*a.exe CommandLine=two", NULL);  /* not together, but that takes a look at the rows */
	cannot(&f, "| tstats count from datamodel=Endpoint.Registry by Registry.dest", "the dump has no event 12, 13 or 14");
	cannot(&f, "| tstats count from datamodel=Endpoint.Processes where Processes.process_name=z.exe",
	       "no event of this dump has Processes.process_name=\"z.exe\"");
	cannot(&f, "| tstats count from datamodel=Endpoint.Processes where Processes.temp=*",
	       "no event of this dump that it looks at has the field Processes.temp");
	cannot(&f, "| tstats count from datamodel=Endpoint.Processes where Processes.process=one", NULL);
	done(&f);

	f = with(dump_cut_new(mixed, 0, 1, 1, 0));
	cannot(&f, "EventCode=1", "the dump has no Sysmon event");
	done(&f);
}
END_TEST

static void note(void *ctx, struct str field, struct val value, const struct expr *term)
{
	struct sbuf *b = ctx;

	ck_assert(term->op == E_TERM || term->op == E_KEYWORD);
	sbuf_addf(b, "%.*s=", STR_FMT(field));
	add_value(b, value);
	sbuf_addc(b, ';');
}

static void because(const struct fixture *f, ev_t ev, const char *text, const char *want)
{
	struct spl_query *q = compile(text);
	size_t n;
	struct scan s = spl_leaves(q, &n)[0].scan;
	struct sbuf b = {0};

	s.earliest = -HUGE_VAL;
	s.latest = HUGE_VAL;
	f->engine->ops->explain(f->engine, &s, ev, note, &b);
	ck_assert_msg(str_eqc(sbuf_str(&b), want), "%s: '%.*s', expected '%s'", text, STR_FMT(sbuf_str(&b)), want);
	sbuf_free(&b);
	spl_free(q);
}

START_TEST(why)
{
	struct fixture f = with(dump_cut_new(mixed, sizeof(mixed) / sizeof *mixed, 2, 2, 0));

	because(&f, 0, "EventCode=1 (Image=*a.exe OR CommandLine=x OR ProcessId=7) NOT Computer=B", "EventCode=1;Image=C:\\a.exe;ProcessId=7;");
	because(&f, 0, "EventCode=1 Image=*b.exe", "");
	because(&f, 2, "l.dll", "ImageLoaded=C:\\l.dll;");
	because(&f, 0, "_time<1636711201 EventCode=1", "_time=1636711200;EventCode=1;");
	because(&f, 0, "| tstats count from datamodel=Endpoint.Processes where Processes.process_name=A.EXE Processes.user!=x by _time",
	        "Processes.process_name=a.exe;Processes.user=unknown;");
	because(&f, 1, "| tstats count from datamodel=Endpoint.Processes where Processes.user!=x by _time", "");
	because(&f, 99, "EventCode=1", "");
	done(&f);
}
END_TEST

/* ---- many at once ---- */

static void *search_all(void *arg)
{
	const struct fixture *f = arg;

	for (int i = 0; i < 20; i++) {
		gives(f, "Image=*a.exe | table EventCode process_name", "EventCode,process_name;7,a.exe;1,a.exe;1,a.exe;");
		gives(f, "| tstats count values(Processes.process) as p from datamodel=Endpoint.Processes by Processes.dest",
		      "Processes.dest,count,p;A,1,one;B,1,two;L,1,unknown;");
		rows_free(run(f, "* | fields *"));
		gives(f, "mimikatz | table EventCode", "EventCode;");
	}
	return NULL;
}

START_TEST(many_threads)
{
	struct fixture f = with(dump_cut_new(mixed, sizeof(mixed) / sizeof *mixed, 2, 2, 0));
	pthread_t thread[4];

	for (size_t i = 0; i < 4; i++)
		ck_assert_int_eq(pthread_create(&thread[i], NULL, search_all, &f), 0);
	for (size_t i = 0; i < 4; i++)
		pthread_join(thread[i], NULL);
	done(&f);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("engine");
	TCase *t = tcase_create("engine");

	tcase_set_timeout(t, 120);
	tcase_add_test(t, tstats_example);
	tcase_add_test(t, tstats_aggregates);
	tcase_add_test(t, tstats_spans);
	tcase_add_test(t, lists);
	tcase_add_test(t, order_and_fields);
	tcase_add_test(t, all_fields);
	tcase_add_test(t, keywords);
	tcase_add_test(t, raw_records);
	tcase_add_test(t, lineage);
	tcase_add_test(t, limits);
	tcase_add_test(t, any_expression);
	tcase_add_test(t, why_not);
	tcase_add_test(t, why);
	tcase_add_test(t, many_threads);
	suite_add_tcase(suite, t);
	SRunner *r = srunner_create(suite);
	srunner_run_all(r, CK_NORMAL);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
