/* Process tree and connections, from small dumps with the oddities of real ones. */
#include <check.h>
#include <stdio.h>

#include "base/arena.h"
#include "cim/conn.h"
#include "dump.h"

#define G(n) "{11111111-0000-0000-0000-00000000000" #n "}"

static struct dump *dump;
static struct ptree *tree;

static void build(const char *const *event, size_t n)
{
	dump = dump_cut_new(event, n, 1000, 1, 0);
	tree = ptree_new(dump->store);
}

static void drop(void)
{
	ptree_free(tree);
	dump_free(dump);
}

static const struct proc *at(uint32_t p) { return ptree_at(tree, p); }
static const char *text(uint32_t id) { return id ? pool_str(store_pool(dump->store), id).p : ""; }

/* The tree as text: indent, then image and pid; (guess) without a guid, ? without creation, ! when its parent was cut. */
static void outline(uint32_t p, struct sbuf *b)
{
	for (; p != PROC_NONE; p = at(p)->next) {
		sbuf_addf(b, "%*s%s %s%s%s%s\n", (int)at(p)->depth, "", text(at(p)->image), text(at(p)->pid), at(p)->by_pid ? " (guess)" : "",
		          at(p)->create == EV_NONE ? " ?" : "", at(p)->cut ? " !" : "");
		if (at(p)->child != PROC_NONE)
			outline(at(p)->child, b);
	}
}

static void is_tree(const char *want)
{
	struct sbuf b = {0};

	outline(ptree_roots(tree), &b);
	ck_assert_str_eq(b.p ? b.p : "", want);
	sbuf_free(&b);
}

START_TEST(by_guid)
{
	static const char *const event[] = {
		"3|2024-01-01T10:00:09Z|Computer=A|ProcessGuid=" G(1) "|ProcessId=10|Image=grunt.exe|DestinationIp=192.0.2.1",
		"1|2024-01-01T10:00:05Z|Computer=A|ProcessGuid=" G(3) "|Image=util.exe|ParentProcessGuid=" G(2) "|ParentProcessId=20|ParentImage=cmd.exe",
		"1|2024-01-01T10:00:01Z|Computer=A|ProcessGuid=" G(2) "|Image=cmd.exe|CommandLine=cmd /c x|ParentProcessGuid=" G(1) "|ParentProcessId=10|ParentImage=grunt.exe|ParentCommandLine=grunt -x|ParentUser=D\\u",
		"1|2024-01-01T10:00:02Z|Computer=A|ProcessGuid=" G(4) "|ProcessId=40|Image=con.exe|ParentProcessGuid=" G(2) "|ParentImage=cmd.exe",
		"7|2024-01-01T10:00:06Z|Computer=A|ProcessGuid=" G(3) "|ProcessId=30|Image=util.exe|ImageLoaded=x.dll",
		"5|2024-01-01T10:00:07Z|Computer=A|ProcessGuid=" G(3) "|ProcessId=30|Image=util.exe",
		"1|2024-01-01T09:00:00Z|Computer=B|ProcessGuid={22222222-0000-0000-0000-000000000001}|ProcessId=10|Image=other.exe",
	};

	build(event, 7);
	is_tree("grunt.exe 10 ?\n cmd.exe 20\n  con.exe 40\n  util.exe 30\nother.exe 10\n");
	const uint32_t util = ptree_of(tree, 1), grunt = ptree_of(tree, 0);
	ck_assert_uint_eq(at(util)->count[PROC_IMAGE], 1);
	ck_assert_int_eq(at(util)->stop - at(util)->start, 2 * USEC_PER_SEC);
	ck_assert_uint_eq(at(grunt)->count[PROC_NET], 1);
	ck_assert_uint_eq(at(grunt)->descendants, 3);
	ck_assert_str_eq(text(at(grunt)->command), "grunt -x");
	ck_assert_str_eq(text(at(grunt)->user), "D\\u");
	ck_assert_uint_eq(ptree_of(tree, 4), util);
	size_t n;
	const ev_t *ev = ptree_events(tree, util, &n);
	ck_assert_uint_eq(n, 3);
	ck_assert_uint_eq(ev[0], 1);
	ck_assert_uint_eq(ev[2], 5);
	drop();
}
END_TEST

START_TEST(guids_ignore_case_and_zeros_are_none)
{
	static const char *const event[] = {
		"1|2024-01-01T10:00:01Z|Computer=A|ProcessGuid={AAAAAAAA-0000-0000-0000-000000000001}|ProcessId=1|Image=a.exe",
		"3|2024-01-01T10:00:02Z|Computer=A|ProcessGuid={aaaaaaaa-0000-0000-0000-000000000001}|ProcessId=1|Image=a.exe",
		"3|2024-01-01T10:00:03Z|Computer=A|ProcessGuid={00000000-0000-0000-0000-000000000000}|ProcessId=4|Image=System",
		"3|2024-01-01T10:00:03Z|Computer=B|ProcessGuid={00000000-0000-0000-0000-000000000000}|ProcessId=4|Image=System",
	};

	build(event, 4);
	is_tree("a.exe 1\nSystem 4 (guess) ?\nSystem 4 (guess) ?\n");
	ck_assert_uint_eq(at(ptree_of(tree, 0))->count[PROC_NET], 1);
	drop();
}
END_TEST

START_TEST(pids_are_used_again)
{
	static const char *const event[] = {
		"1|2024-01-01T10:00:00Z|Computer=A|ProcessId=7|Image=first.exe",
		"3|2024-01-01T10:00:01Z|Computer=A|ProcessId=7|Image=first.exe",
		"1|2024-01-01T11:00:00Z|Computer=A|ProcessId=7|Image=second.exe|ParentProcessId=3|ParentImage=shell.exe",
		"1|2024-01-01T11:00:01Z|Computer=A|ProcessId=8|Image=child.exe|ParentProcessId=7|ParentImage=second.exe",
		"1|2024-01-01T10:30:00Z|Computer=A|ProcessId=9|Image=early.exe|ParentProcessId=7|ParentImage=first.exe",
		"1|2024-01-01T11:00:02Z|Computer=B|ProcessId=9|Image=b.exe|ParentProcessId=7|ParentImage=bshell.exe",
	};

	build(event, 6);
	is_tree("first.exe 7 (guess)\n early.exe 9 (guess)\nshell.exe 3 (guess) ?\n second.exe 7 (guess)\n  child.exe 8 (guess)\n"
	        "bshell.exe 7 (guess) ?\n b.exe 9 (guess)\n");
	const struct event_ref r = store_event(dump->store, 1);
	const uint32_t host = table_sys_at(dump->store, r.table, SYS_COMPUTER, r.row), pid = table_data_at(dump->store, r.table, STR("ProcessId"), r.row);
	ck_assert_str_eq(text(at(ptree_by_pid(tree, host, pid, store_time(dump->store, 1)))->image), "first.exe");
	ck_assert_str_eq(text(at(ptree_by_pid(tree, host, pid, store_time(dump->store, 3)))->image), "second.exe");
	ck_assert_str_eq(text(at(ptree_by_pid(tree, host, pid, 0))->image), "first.exe");
	drop();
}
END_TEST

START_TEST(circles_are_cut)
{
	static const char *const event[] = {
		"1|2024-01-01T10:00:00Z|Computer=A|ProcessGuid=" G(1) "|ProcessId=1|Image=a.exe|ParentProcessGuid=" G(3),
		"1|2024-01-01T10:00:01Z|Computer=A|ProcessGuid=" G(2) "|ProcessId=2|Image=b.exe|ParentProcessGuid=" G(1),
		"1|2024-01-01T10:00:02Z|Computer=A|ProcessGuid=" G(3) "|ProcessId=3|Image=c.exe|ParentProcessGuid=" G(2),
		"1|2024-01-01T10:00:03Z|Computer=A|ProcessGuid=" G(4) "|ProcessId=4|Image=self.exe|ParentProcessGuid=" G(4),
	};

	build(event, 4);
	is_tree("b.exe 2 !\n c.exe 3\n  a.exe 1\nself.exe 4\n");
	drop();
}
END_TEST

START_TEST(a_chain_of_100000)
{
	enum { N = 100000 };
	char **event = xcalloc(N, sizeof *event);

	for (int i = 0; i < N; i++) {
		struct sbuf b = {0};

		sbuf_addf(&b, "1|2024-01-01T10:00:00Z|Computer=A|ProcessGuid={x-%d}|ProcessId=%d|ParentProcessGuid={x-%d}", i + 1, i + 1, i);
		event[i] = b.p;
	}
	build((const char *const *)event, N);
	ck_assert_uint_eq(ptree_len(tree), N + 1);
	ck_assert_uint_eq(at(ptree_roots(tree))->descendants, N);
	ck_assert_uint_eq(at(ptree_of(tree, N - 1))->depth, N);
	drop();
	for (int i = 0; i < N; i++)
		free(event[i]);
	free(event);
}
END_TEST

START_TEST(beacons_show)
{
	char line[16][300];
	const char *event[16];
	struct arena *a = arena_new();
	size_t n = 0, groups;

	for (int i = 0; i < 10; i++, n++)                        /* every minute, give or take a second */
		snprintf(line[n], sizeof line[n], "3|2024-01-01T10:%02d:%02dZ|Computer=A|ProcessGuid=" G(1) "|Image=a.exe|Protocol=tcp|Initiated=true|DestinationIp=203.0.113.5|DestinationPort=443|DestinationHostname=-", i, i % 3);
	snprintf(line[n++], sizeof *line, "22|2024-01-01T09:59:59Z|Computer=A|ProcessGuid=" G(1) "|QueryName=c2.example|QueryResults=type:  5 x.example;::ffff:203.0.113.5;10.0.0.7;");
	snprintf(line[n++], sizeof *line, "3|2024-01-01T10:00:30Z|Computer=A|ProcessGuid=" G(2) "|Image=b.exe|Protocol=udp|Initiated=false|DestinationIp=10.0.0.7|DestinationPort=53|DestinationHostname=dns.corp.example");
	snprintf(line[n++], sizeof *line, "3|2024-01-01T10:01:30Z|Computer=B|ProcessGuid=" G(3) "|Image=c.exe|Protocol=tcp|Initiated=true|DestinationIp=203.0.113.5|DestinationPort=443");
	for (size_t i = 0; i < n; i++)
		event[i] = line[i];
	build(event, n);
	struct conns *c = conns_new(dump->store, tree);

	ck_assert_uint_eq(conns_len(c), 12);
	struct conn_filter f = CONN_FILTER_ALL;
	const struct conn_group *g = conns_group(c, &f, CONN_BY_DEST, a, &groups);
	ck_assert_uint_eq(groups, 2);
	ck_assert_uint_eq(g[0].count, 11);
	ck_assert_uint_eq(g[0].nhosts, 2);
	ck_assert_uint_eq(g[0].host, 0);                         /* differs inside */
	f.proc = ptree_of(tree, 0);
	g = conns_group(c, &f, CONN_BY_DEST, a, &groups);
	ck_assert_uint_eq(groups, 1);
	ck_assert_uint_eq(g[0].count, 10);
	ck_assert_str_eq(text(g[0].dest_name), "c2.example");
	ck_assert_str_eq(text(g[0].dest_port), "443");
	ck_assert(g[0].outbound && !g[0].mixed_direction);
	ck_assert_double_ge(g[0].period, 58);
	ck_assert_double_le(g[0].period, 62);
	uint32_t sum = 0;
	for (int i = 0; i < RHYTHM_BARS; i++)
		sum += g[0].bar[i];
	ck_assert_uint_eq(sum, 10);
	f = CONN_FILTER_ALL;
	g = conns_group(c, &f, CONN_BY_PROCESS, a, &groups);
	ck_assert_uint_eq(groups, 3);
	f.from = f.to = store_time(dump->store, 0);              /* an empty window */
	conns_group(c, &f, CONN_BY_HOST, a, &groups);
	ck_assert_uint_eq(groups, 0);
	conns_free(c);
	arena_free(a);
	drop();
}
END_TEST

/* Ten of one process with a rhythm, five others now and then: the rhythm is that process's, not the group's. */
START_TEST(a_rhythm_is_whose_it_is)
{
	char line[15][200];
	const char *event[15];
	struct arena *a = arena_new();
	struct conn_filter f = CONN_FILTER_ALL;
	size_t groups;

	for (int i = 0; i < 15; i++) {
		if (i < 10)
			snprintf(line[i], sizeof line[i], "3|2024-01-01T10:00:%02dZ|Computer=A|ProcessGuid=" G(1) "|Image=a.exe|DestinationIp=203.0.113.5|DestinationPort=443", i * 5);
		else
			snprintf(line[i], sizeof line[i], "3|2024-01-%02dT1%d:00:00Z|Computer=B|ProcessGuid={b-%d}|Image=b.exe|DestinationIp=203.0.113.5|DestinationPort=443", 1 + (i - 9) * (i - 9), i % 3, i);
		event[i] = line[i];
	}
	build(event, 15);
	struct conns *c = conns_new(dump->store, tree);
	const struct conn_group *g = conns_group(c, &f, CONN_BY_DEST, a, &groups);

	ck_assert_uint_eq(groups, 1);
	ck_assert_uint_eq(g->count, 15);
	ck_assert_double_eq(g->period, 5);
	ck_assert_uint_eq(g->rhythm_count, 10);
	ck_assert_uint_eq(g->rhythm_proc, ptree_of(tree, 0));
	conns_free(c);
	drop();
	build(event + 6, 9);                             /* four of the process are left: one rhythm, but of these only */
	c = conns_new(dump->store, tree);
	g = conns_group(c, &f, CONN_BY_HOST, a, &groups);
	ck_assert_uint_eq(groups, 2);
	ck_assert_double_eq(g[0].period, 0);
	ck_assert_double_eq(g[1].period, 5);
	ck_assert_uint_eq(g[1].rhythm_count, 4);
	ck_assert_uint_eq(g[1].rhythm_proc, PROC_NONE);
	conns_free(c);
	drop();
	arena_free(a);
}
END_TEST

START_TEST(connections_of_descendants)
{
	static const char *const event[] = {
		"1|2024-01-01T10:00:00Z|Computer=A|ProcessGuid=" G(2) "|Image=b.exe|ParentProcessGuid=" G(1) "|ParentImage=a.exe",
		"1|2024-01-01T10:00:01Z|Computer=A|ProcessGuid=" G(3) "|Image=c.exe|ParentProcessGuid=" G(2) "|ParentImage=b.exe",
		"1|2024-01-01T10:00:01Z|Computer=A|ProcessGuid=" G(4) "|Image=d.exe|ParentProcessGuid=" G(1) "|ParentImage=a.exe",
		"3|2024-01-01T10:00:02Z|Computer=A|ProcessGuid=" G(2) "|Image=b.exe|DestinationIp=192.0.2.1|DestinationPort=80",
		"3|2024-01-01T10:00:03Z|Computer=A|ProcessGuid=" G(3) "|Image=c.exe|DestinationIp=192.0.2.2|DestinationPort=80",
		"3|2024-01-01T10:00:04Z|Computer=A|ProcessGuid=" G(4) "|Image=d.exe|DestinationIp=192.0.2.3|DestinationPort=80",
		"3|2024-01-01T10:00:05Z|Computer=A|Image=e.exe|DestinationIp=192.0.2.4|DestinationPort=80",
	};
	static const struct {
		ev_t of;
		bool with_children;
		size_t groups;
	} row[] = {{0, false, 1}, {0, true, 2}, {1, true, 1}, {2, true, 1}};
	struct arena *a = arena_new();

	build(event, 7);
	struct conns *c = conns_new(dump->store, tree);
	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		struct conn_filter f = CONN_FILTER_ALL;
		size_t n;

		f.proc = ptree_of(tree, row[i].of);
		f.with_children = row[i].with_children;
		conns_group(c, &f, CONN_BY_DEST, a, &n);
		ck_assert_uint_eq(n, row[i].groups);
		f.proc = at(ptree_of(tree, 0))->parent;
		f.with_children = true;
		conns_group(c, &f, CONN_BY_DEST, a, &n);
		ck_assert_uint_eq(n, 3);
	}
	conns_free(c);
	arena_free(a);
	drop();
}
END_TEST

START_TEST(connections_without_a_time)
{
	char line[7][160];
	const char *event[7];
	struct arena *a = arena_new();
	struct conn_filter f = CONN_FILTER_ALL;
	size_t n;

	for (int i = 0; i < 7; i++) {                            /* the first two carry none */
		char time[32] = "";

		if (i > 1)
			snprintf(time, sizeof time, "2024-01-01T10:%02d:00Z", i);
		snprintf(line[i], sizeof line[i], "3|%s|Computer=A|ProcessGuid=" G(1) "|Image=a.exe|DestinationIp=192.0.2.1|DestinationPort=80", time);
		event[i] = line[i];
	}
	build(event, 7);
	struct conns *c = conns_new(dump->store, tree);
	const struct conn_group *g = conns_group(c, &f, CONN_BY_DEST, a, &n);
	ck_assert_uint_eq(n, 1);
	ck_assert_uint_eq(g->count, 7);
	ck_assert(g->first == WHEN_NONE && g->period == 0);
	uint32_t sum = 0;
	for (int i = 0; i < RHYTHM_BARS; i++)
		sum += g->bar[i];
	ck_assert_uint_eq(sum, 5);
	conns_free(c);
	drop();
	build(event, 2);                                         /* none has one */
	c = conns_new(dump->store, tree);
	g = conns_group(c, &f, CONN_BY_HOST, a, &n);
	ck_assert_uint_eq(n, 1);
	ck_assert_uint_eq(g->count, 2);
	conns_free(c);
	drop();
	arena_free(a);
}
END_TEST

START_TEST(addresses)
{
	static const struct { const char *ip; enum addr_kind kind; } row[] = {
		{"8.8.8.8", ADDR_PUBLIC}, {"10.1.2.3", ADDR_PRIVATE}, {"172.16.0.1", ADDR_PRIVATE}, {"172.32.0.1", ADDR_PUBLIC},
		{"192.168.255.255", ADDR_PRIVATE}, {"127.0.0.1", ADDR_LOOPBACK}, {"169.254.1.1", ADDR_LINK}, {"224.0.0.252", ADDR_MULTICAST},
		{"255.255.255.255", ADDR_MULTICAST}, {"203.0.113.9", ADDR_DOCUMENTATION}, {"::1", ADDR_LOOPBACK}, {"0:0:0:0:0:0:0:1", ADDR_LOOPBACK},
		{"fe80::1%12", ADDR_LINK}, {"fd00::1", ADDR_PRIVATE}, {"ff02::1", ADDR_MULTICAST}, {"2001:db8::1", ADDR_DOCUMENTATION},
		{"2606:4700::1111", ADDR_PUBLIC}, {"::ffff:10.0.0.1", ADDR_PRIVATE}, {"", ADDR_NONE}, {"-", ADDR_NONE}, {"host", ADDR_NONE},
		{"1.2.3.4.5", ADDR_NONE}, {"fec0:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000", ADDR_NONE},
	};

	for (size_t i = 0; i < sizeof row / sizeof *row; i++)
		ck_assert_msg(addr_kind(str_c(row[i].ip)) == row[i].kind, "%s is %s", row[i].ip, addr_kind_name[addr_kind(str_c(row[i].ip))]);
}
END_TEST

START_TEST(an_empty_dump)
{
	build(NULL, 0);
	ck_assert_uint_eq(ptree_len(tree), 0);
	ck_assert_uint_eq(ptree_roots(tree), PROC_NONE);
	struct conns *c = conns_new(dump->store, tree);
	ck_assert_uint_eq(conns_len(c), 0);
	conns_free(c);
	drop();
}
END_TEST

int main(void)
{
	Suite *s = suite_create("ptree");
	TCase *t = tcase_create("ptree");

	tcase_set_timeout(t, 60);
	tcase_add_test(t, by_guid);
	tcase_add_test(t, guids_ignore_case_and_zeros_are_none);
	tcase_add_test(t, pids_are_used_again);
	tcase_add_test(t, circles_are_cut);
	tcase_add_test(t, a_chain_of_100000);
	tcase_add_test(t, beacons_show);
	tcase_add_test(t, a_rhythm_is_whose_it_is);
	tcase_add_test(t, connections_of_descendants);
	tcase_add_test(t, connections_without_a_time);
	tcase_add_test(t, addresses);
	tcase_add_test(t, an_empty_dump);
	suite_add_tcase(s, t);
	SRunner *r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	const int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
