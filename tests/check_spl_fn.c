/* spl: the functions: each entry's own example, many cases, hostile values; regular expressions. */
#include <check.h>
#include <pthread.h>

#include "spl/budget.h"
#include "spl/digest.h"
#include "tests/spl_tools.h"

static struct arena *arena;

static void setup(void)
{
	arena = arena_new();
}

static void teardown(void)
{
	arena_free(arena);
	arena = NULL;
}

#define COUNT(x) (sizeof(x) / sizeof(*(x)))

/* ---- the table ---- */

START_TEST(examples_are_true)
{
	size_t n;
	const struct eval_fn *const *all = fn_all(&n);

	ck_assert_uint_gt(n, 80);
	for (size_t i = 0; i < n; i++) {
		const struct eval_fn *f = all[i];
		const char *last = NULL, *at = f->example;
		while ((at = strstr(at, " = ")))
			last = at++;
		ck_assert_msg(last, "%s: its example has no value", f->name);
		struct str expr = {f->example, (size_t)(last - f->example)};
		const char *value = eval_over(arena, arena_str(arena, expr).p, "list=a|b|bb");
		ck_assert_msg(strcmp(value, last + 3) == 0, "%s: %s gives %s", f->name, f->example, value);
		char call[80];
		snprintf(call, sizeof(call), "%s(", f->name);
		ck_assert_msg(strstr(f->example, call), "%s: its example does not use it", f->name);
	}
}
END_TEST

START_TEST(entries_are_complete)
{
	size_t n;
	const struct eval_fn *const *all = fn_all(&n);

	for (size_t i = 0; i < n; i++) {
		const struct eval_fn *f = all[i];
		char call[80];
		snprintf(call, sizeof(call), "%s(", f->name);
		ck_assert_msg(f->usage && str_starts(str_c(f->usage), call), "%s: usage", f->name);
		ck_assert_msg(f->summary && f->summary[0] && f->group, "%s: summary or group", f->name);
		ck_assert_msg((f->call != NULL) + (f->lazy != NULL) == 1, "%s: one of call and lazy", f->name);
		ck_assert_msg(f->max_args == -1 || f->max_args >= f->min_args, "%s: arguments", f->name);
		ck_assert_ptr_eq(fn_find(str_c(f->name)), f);
		if (i)
			ck_assert_msg(strcmp(all[i - 1]->group, f->group) < 0 ||
			              (strcmp(all[i - 1]->group, f->group) == 0 && strcmp(all[i - 1]->name, f->name) < 0), "%s: order", f->name);
	}
	ck_assert_ptr_eq(fn_find(STR("MvCount")), fn_find(STR("mvcount")));
	ck_assert_ptr_null(fn_find(STR("mvcoun")));
	ck_assert_ptr_null(fn_find((struct str){NULL, 0}));
}
END_TEST

/* ---- cases ---- */

struct fn_case {
	const char *expr, *value;
};

#define ROW "e=;x=AbC;n=7.5;list=b|a|b|c;one=a;t=1632481442;win=C:\\a\\b.exe;nums=10|9|1;j={\"a\":{\"b\":[1,{\"c\":\"d\"}]},\"n\":null,\"t\":true,\"f\":1.50}"

static void check_cases(const struct fn_case *c, size_t n)
{
	for (size_t i = 0; i < n; i++)
		ck_assert_msg(strcmp(eval_over(arena, c[i].expr, ROW), c[i].value) == 0, "%s\n     got %s\nexpected %s", c[i].expr,
		              eval_over(arena, c[i].expr, ROW), c[i].value);
}

START_TEST(choosing)
{
	static const struct fn_case c[] = {
		{"if(isnull(zz), 1, 2)", "1"}, {"case(n>7, \"big\", true(), \"small\")", "big"}, {"case(zz=1, 1, n=1, 2)", "null"}, {"coalesce(zz, null(), x)", "AbC"},
		{"coalesce(e, x)", ""}, {"coalesce(zz)", "null"}, {"nullif(x, \"AbC\")", "null"}, {"nullif(x, \"abc\")", "AbC"}, {"nullif(x, zz)", "AbC"}, {"nullif(zz, 1)", "null"},
		{"validate(n>7, \"small\", n>8, \"not big\")", "not big"}, {"validate(n>7, \"x\")", "null"}, {"in(x, \"abc\")", "0"}, {"in(zz, 1)", "null"}, {"in(n, zz, 7.5)", "1"},
		{"in(n, zz, 8)", "null"}, {"in(list, \"c\")", "1"}, {"match(list, \"^c$\")", "1"}, {"match(x, \"(?i)ABC\")", "1"}, {"match(x, \"abc\")", "0"}, {"match(zz, \"a\")", "null"},
		{"match(x, zz)", "null"}, {"match(x, \"[\" . \"b\")", "null"}, {"match(x, \"b\" . \"C\")", "1"}, {"match(n, \"^7\\.5$\")", "1"}, {"match(7.5, \"^7\\.5$\")", "1"},
		{"cidrmatch(\"10.0.0.0/8\", \"10.1.1.1\")", "1"}, {"cidrmatch(x, \"10.1.1.1\")", "null"}, {"cidrmatch(\"10.0.0.0/8\", x)", "0"}, {"cidrmatch(\"10.0.0.0/8\", zz)", "null"},
		{"cidrmatch(\"10.0.0.0\" . \"/8\", \"10.1.1.1\")", "1"}, {"searchmatch(\"x=abc n>7\")", "1"}, {"searchmatch(\"x=abc n>8\")", "0"}, {"searchmatch(\"NOT zz=*\")", "1"},
		{"if(true() AND NOT false(), 1, 2)", "1"}, {"like(x, \"A_C\")", "1"},
	};

	check_cases(c, COUNT(c));
}
END_TEST

START_TEST(converting)
{
	static const struct fn_case c[] = {
		{"tostring(1==1)", "True"}, {"tostring(isnull(x))", "False"}, {"tostring(n)", "7.5"}, {"tostring(12345.6789, \"commas\")", "12,345.68"}, {"tostring(-1234567, \"commas\")", "-1,234,567"},
		{"tostring(123, \"commas\")", "123"}, {"tostring(615, \"duration\")", "00:10:15"}, {"tostring(90061.5, \"duration\")", "1+01:01:01.500000"}, {"tostring(-5, \"duration\")", "-00:00:05"},
		{"tostring(255, \"hex\")", "0xFF"}, {"tostring(-1, \"hex\")", "null"}, {"tostring(9, \"binary\")", "1001"}, {"tostring(0, \"binary\")", "0"}, {"tostring(x, \"hex\")", "null"},
		{"tostring(1e30, \"hex\")", "null"}, {"tostring(n, x)", "null"}, {"tostring(nums, \"hex\")", "0xA|0x9|0x1"}, {"tostring(zz)", "null"},
		{"tonumber(\"FF\", 16)", "255"}, {"tonumber(\"0xff\", 16)", "255"}, {"tonumber(\"-101\", 2)", "-5"}, {"tonumber(\"12\", 2)", "null"}, {"tonumber(\"z\", 36)", "35"}, {"tonumber(\"1.5e1\")", "15"},
		{"tonumber(x)", "null"}, {"tonumber(e)", "null"}, {"tonumber(\"\", 16)", "null"}, {"tonumber(\"1\", 1)", "null"}, {"tonumber(\"1\", 37)", "null"}, {"tonumber(\" 5 \")", "5"}, {"tonumber(nums)+1", "null"},
		{"printf(\"%s-%s\", x)", "AbC-"}, {"printf(\"%5d|%-5d|%05d|%+d\", 42, 42, 42, 42)", "   42|42   |00042|+42"}, {"printf(\"%.2f %e %g\", 3.14159, 1234.5, 0.0001)", "3.14 1.234500e+03 0.0001"},
		{"printf(\"%x %X %#x %o %u\", 255, 255, 255, 8, 7)", "ff FF 0xff 10 7"}, {"printf(\"%c%%%.2s\", x, x)", "A%Ab"}, {"printf(\"%*d\", 5, 3)", "    3"}, {"printf(\"%-*d|\", 3, 3)", "3  |"},
		{"printf(\"%d\", x)", "0"}, {"printf(\"%k %\")", "%k %"}, {"printf(\"%.3d\", 5)", "005"}, {"printf(\"% d\", 5)", " 5"}, {"len(printf(\"%99999999d\", 1))", "1000"}, {"len(printf(\"%.99999999f\", 1e308))", "1310"},
		{"len(printf(\"%.99999999d\", 1e308))", "1000"}, {"printf(\"%x\", -1)", "ffffffffffffffff"}, {"printf(\"%d\", 1e308) > 1", "1"}, {"printf(\"%a\", 1)", "0x1p+0"}, {"printf(zz)", "null"},
		{"ipmask(\"0.255.0.255\", \"1.2.3.4\")", "0.2.0.4"}, {"ipmask(\"x\", \"1.2.3.4\")", "null"}, {"ipmask(\"255.0.0.0\", \"::1\")", "null"}, {"ipmask(\"255.0.0.0\", \"1.2.3.4/8\")", "null"},
	};

	check_cases(c, COUNT(c));
}
END_TEST

START_TEST(texts)
{
	static const struct fn_case c[] = {
		{"len(e)", "0"}, {"len(zz)", "null"}, {"len(n)", "3"}, {"len(list)", "1|1|1|1"}, {"len(\"\xe2\x82\xac\xf0\x9f\x98\x80\")", "2"}, {"lower(x)", "abc"}, {"upper(\"stra\xc3\x9f" "e \xc3\xa9\")", "STRA\xc3\x9f" "E \xc3\x89"},
		{"lower(\"\xc3\x84\xd0\x96\")", "\xc3\xa4\xd0\xb6"}, {"upper(list)", "B|A|B|C"}, {"trim(\" \t a b \t\")", "a b"}, {"trim(\"xxaxx\", \"x\")", "a"}, {"trim(\"xyaxy\", \"yx\")", "a"}, {"trim(\"xx\", \"x\")", ""},
		{"ltrim(\"  a  \") . \"|\"", "a  |"}, {"rtrim(\"  a  \")", "  a"}, {"rtrim(\"a\xc3\xa9\xc3\xa9\", \"\xc3\xa9\")", "a"}, {"ltrim(\"\xc3\xa9\xc3\xa8\", \"\xc3\xa9\")", "\xc3\xa8"}, {"trim(e)", ""}, {"trim(x, e)", "AbC"},
		{"substr(x, 1, 2)", "Ab"}, {"substr(x, 2)", "bC"}, {"substr(x, -2)", "bC"}, {"substr(x, -2, 1)", "b"}, {"substr(x, -9)", "AbC"}, {"substr(x, 4)", ""}, {"substr(x, 0)", "AbC"}, {"substr(x, 1, 0)", ""}, {"substr(x, 1, -1)", ""},
		{"substr(x, 1, 999999999999)", "AbC"}, {"substr(x, 99999999999)", ""}, {"substr(x, -99999999999)", "AbC"}, {"substr(x, 1e300)", "null"}, {"substr(x, \"a\")", "null"}, {"substr(\"h\xc3\xa9llo\", 2, 2)", "\xc3\xa9l"}, {"substr(12345, 2, 3)", "234"},
		{"replace(win, \"^.*\\\\\\\\\", \"\")", "b.exe"}, {"replace(x, \"([A-Z])\", \"<\\1>\")", "<A>b<C>"}, {"replace(x, \"\", \"-\")", "-A-b-C-"}, {"replace(x, \"q\", \"z\")", "AbC"}, {"replace(\"aaa\", \"a\", \"\\0\\0\")", "aaaaaa"},
		{"replace(\"ab\", \"(a)|(b)\", \"[\\1\\2\\3]\")", "[a][b]"}, {"replace(\"a/b\", \"/\", \"\\\\\")", "a\\b"}, {"replace(x, zz, \"a\")", "null"}, {"replace(x, \"(\" . \"\", \"a\")", "null"}, {"replace(list, \"b\", \"B\")", "B|a|B|c"},
		{"replace(\"\xc3\xa9\xc3\xa9\", \"\", \".\")", ".\xc3\xa9.\xc3\xa9."}, {"replace(\"baac\", \"a*\", \"x\")", "xbxxcx"}, {"replace(7.5, \"\\.\", \",\")", "7,5"},
		{"urldecode(\"%41%zz%4\")", "A%zz%4"}, {"urldecode(\"%\")", "%"}, {"urldecode(\"%c3%a9+\")", "\xc3\xa9+"},
		{"md5(\"\")", "d41d8cd98f00b204e9800998ecf8427e"}, {"md5(zz)", "null"}, {"sha1(list) = sha1(\"a\")", "1"},
		{"sha512(\"\")", "cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e"},
	};

	check_cases(c, COUNT(c));
}
END_TEST

START_TEST(lists)
{
	static const struct fn_case c[] = {
		{"mvcount(list)", "4"}, {"mvcount(one)", "1"}, {"mvcount(zz)", "null"}, {"mvcount(e)", "1"}, {"mvdedup(list)", "b|a|c"}, {"mvdedup(one)", "a"}, {"mvdedup(zz)", "null"}, {"mvsort(nums)", "1|10|9"}, {"mvsort(zz)", "null"},
		{"mvindex(list, 0)", "b"}, {"mvindex(list, -1)", "c"}, {"mvindex(list, 4)", "null"}, {"mvindex(list, -5)", "null"}, {"mvindex(list, 1, 2)", "a|b"}, {"mvindex(list, 1, -1)", "a|b|c"}, {"mvindex(list, 2, 99)", "b|c"}, {"mvindex(list, 2, 1)", "null"},
		{"mvindex(one, 0)", "a"}, {"mvindex(list, \"a\")", "null"}, {"mvindex(list, 1e300)", "null"}, {"mvjoin(list, \"\")", "babc"}, {"mvjoin(one, \",\")", "a"}, {"mvjoin(zz, \",\")", "null"}, {"mvjoin(list, 1)", "b1a1b1c"},
		{"mvappend(list, one, zz, 5)", "b|a|b|c|a|5"}, {"mvappend(zz)", "null"}, {"mvfind(list, \"c\")", "3"}, {"mvfind(list, \"z\")", "null"}, {"mvfind(list, \"[\" . \"\")", "null"}, {"mvfilter(list!=\"b\")", "a|c"}, {"mvfilter(list=\"q\")", "null"},
		{"mvfilter(len(zz)>0)", "null"}, {"mvfilter(match(one, \"a\"))", "a"}, {"mvmap(nums, nums*2)", "20|18|2"}, {"mvmap(list, if(list=\"b\", null(), list . one))", "aa|ca"}, {"mvmap(zz, zz)", "null"}, {"mvmap(mvsort(list), upper(list))", "A|B|B|C"},
		{"mvmap(nums, mvjoin(mvmap(list, list . nums), \"\"))", "b10a10b10c10|b9a9b9c9|b1a1b1c1"}, {"mvrange(1, 4)", "1|2|3"}, {"mvrange(3, 0, -1)", "3|2|1"}, {"mvrange(1, 1)", "null"}, {"mvrange(0, 1, 0.25)", "0|0.25|0.5|0.75"}, {"mvrange(0, 7200, \"1h\")", "0|3600"},
		{"mvrange(1, 4, 0)", "null"}, {"mvrange(1, 1e18)", "null"}, {"mvrange(1, 4, \"1mon\")", "null"}, {"mvrange(1, x)", "null"}, {"mvcount(mvrange(0, 1000000))", "1000000"}, {"mvzip(list, nums)", "b,10|a,9|b,1"}, {"mvzip(one, one, \"\")", "aa"}, {"mvzip(zz, one)", "null"},
		{"split(x, \"b\")", "A|C"}, {"split(x, \"z\")", "AbC"}, {"split(x, \"\")", "A|b|C"}, {"split(\"a,,b,\", \",\")", "a||b|"}, {"split(e, \",\")", ""}, {"split(e, \"\")", ""}, {"split(7.5, \".\")", "7|5"}, {"split(zz, \",\")", "null"}, {"split(list, \"a\")", "b|||b|c"},
		{"commands(\"| tstats count | search x=\\\"|\\\" [ search y | table z ] | table a\")", "tstats|search|table"}, {"commands(\"a \\\" b\")", "null"},
	};

	check_cases(c, COUNT(c));
}
END_TEST

START_TEST(times_and_numbers)
{
	static const struct fn_case c[] = {
		{"strftime(relative_time(t, \"-1d@d\"), \"%F %T\")", "2021-09-23 00:00:00"}, {"relative_time(t, \"nonsense\")", "null"}, {"relative_time(x, \"-1d\")", "null"}, {"relative_time(now(), \"`m`\")", "null"},
		{"strptime(\"2021-09-24\", \"%Y-%m-%d\")", "1632441600"}, {"strptime(x, \"%Y\")", "null"}, {"strftime(1e300, \"%Y\")", "null"}, {"strftime(x, \"%Y\")", "null"}, {"strftime(-1e12, \"%s\")", "-1000000000000"}, {"now() - time()", "0"},
		{"abs(x)", "null"}, {"abs(nums)", "10|9|1"}, {"sqrt(-1)", "null"}, {"ln(0)", "null"}, {"log(1000)", "3"}, {"log(8, 2)", "3"}, {"log(8, 1)", "null"}, {"log(8, -2)", "null"}, {"log(0)", "null"}, {"pow(2, 0.5)", "1.4142135623731"},
		{"pow(0, -1)", "null"}, {"pow(10, 400)", "null"}, {"exp(1000)", "null"}, {"acos(2)", "null"}, {"round(2.5)", "3"}, {"round(-2.5)", "-3"}, {"round(1.005, 2)", "1.01"}, {"round(1234, -2)", "1200"}, {"round(5, 400)", "5"}, {"round(5, -400)", "0"},
		{"round(1e300, 2) = 1e300", "1"}, {"round(x)", "null"}, {"round(0.5)", "1"}, {"round(4.35, 1)", "4.4"}, {"ceil(-0.5)", "0"}, {"floor(7)", "7"}, {"exact(n)", "7.5"}, {"round(pi(), 2)", "3.14"},
		{"sigfig(1.00*1111)", "1110"}, {"sigfig(1.00*1111.0)", "1110"}, {"sigfig(3.14159)", "3.14159"}, {"sigfig(1.234+1.1)", "2.3"}, {"sigfig(10/3)", "3"}, {"sigfig(10.00/3.00)", "3.33"}, {"sigfig(x)", "null"}, {"sigfig(0*5)", "0"}, {"sigfig(n*2.00)", "15"},
		{"max(1, nums, zz)", "10"}, {"min(list, 5)", "5"}, {"max(zz)", "null"}, {"max(5, x)", "AbC"}, {"sum(nums, x, 1)", "21"}, {"sum(x)", "null"}, {"avg(nums)", "6.66666666666667"}, {"avg(zz)", "null"}, {"random() = random()", "0"}, {"random() < 2147483648", "1"},
		{"bit_and(15, 6, 4)", "4"}, {"bit_or(1, 2, 4)", "7"}, {"bit_xor(1, 3)", "2"}, {"bit_not(0)", "9007199254740991"}, {"bit_not(5, 15)", "10"}, {"bit_and(-1, 1)", "null"}, {"bit_and(1.5, 1)", "null"}, {"bit_and(1e300, 1)", "null"}, {"bit_and(x, 1)", "null"},
		{"bit_shift_left(1, 52)", "4503599627370496"}, {"bit_shift_left(1, 53)", "0"}, {"bit_shift_left(1, 1000)", "0"}, {"bit_shift_right(8, 2)", "2"}, {"bit_shift_right(8, 99)", "0"}, {"bit_shift_left(1, -1)", "null"},
		{"typeof(n)", "Number"}, {"typeof(zz)", "Invalid"}, {"typeof(list)", "Multivalue"}, {"typeof(n=1)", "Boolean"}, {"typeof(e)", "String"}, {"isint(n)", "0"}, {"isnum(n)", "1"}, {"isnum(zz)", "0"}, {"isstr(n)", "0"}, {"isstr(zz)", "0"}, {"isint(1==1)", "0"},
		{"isnotnull(e)", "1"}, {"isnull(list)", "0"}, {"isbool(n)", "0"}, {"isbool(zz=1)", "0"},
	};

	check_cases(c, COUNT(c));
}
END_TEST

START_TEST(json)
{
	static const struct fn_case c[] = {
		{"json_extract(j, \"a.b{1}.c\")", "d"}, {"json_extract(j, \"a.b{0}\")", "1"}, {"json_extract(j, \"a.b\")", "[1,{\"c\":\"d\"}]"}, {"json_extract(j, \"n\")", "null"}, {"json_extract(j, \"t\")", "true"}, {"json_extract(j, \"f\")", "1.5"},
		{"json_extract(j, \"zz\")", "null"}, {"json_extract(j, \"a.b{9}\")", "null"}, {"json_extract(j, \"a{0}\")", "null"}, {"json_extract(j, \"a.b{}\")", "[1,{\"c\":\"d\"}]"}, {"json_extract(j, \"f\", \"zz\", \"t\")", "[1.5,null,true]"}, {"json_extract(x, \"a\")", "null"},
		{"json_extract(j, \"a.b{x}\")", "null"}, {"json_extract(j, \"a.b{\")", "null"}, {"json_extract(j, \"a..b\")", "null"}, {"json_extract(\"123456789012345678\")", "123456789012345678"}, {"spath(j, \"a.b{}.c\")", "d"}, {"spath(j, \"a.b{}\")", "1|{\"c\":\"d\"}"}, {"spath(x, \"a\")", "null"},
		{"json_keys(j)", "[\"a\",\"n\",\"t\",\"f\"]"}, {"json_keys(\"[1]\")", "null"}, {"json_valid(j)", "1"}, {"json_valid(\"nul\")", "0"}, {"json_valid(\"5\")", "1"}, {"json_valid(zz)", "null"}, {"json(\"[ 1 , 2 ]\")", "[1,2]"}, {"json(\"{\")", "null"},
		{"json_object(\"k\", list, \"m\", zz, \"b\", n>1, \"s\", \"[1]\", \"o\", json_array(1.5))", "{\"k\":[\"b\",\"a\",\"b\",\"c\"],\"m\":null,\"b\":true,\"s\":\"[1]\",\"o\":[1.5]}"}, {"json_object()", "{}"}, {"json_array()", "[]"},
		{"json_array(1e15, -3, 0.1)", "[1000000000000000,-3,0.1]"}, {"json_array(\"a\xff\")", "[\"a\xef\xbf\xbd\"]"}, {"json_object(\"\xff\", 1)", "{\"\xef\xbf\xbd\":1}"}, {"json_array_to_mv(json_array(\"a\", 2, json_array()))", "a|2|[]"}, {"json_array_to_mv(x)", "null"},
		{"mv_to_json_array(nums)", "[\"10\",\"9\",\"1\"]"}, {"mv_to_json_array(nums, true())", "[10,9,1]"}, {"json_set(j, \"a.b{0}\", 9, \"new\", json_object())", "{\"a\":{\"b\":[9,{\"c\":\"d\"}]},\"n\":null,\"t\":true,\"f\":1.5,\"new\":{}}"},
		{"json_set(j, \"a.q.r\", 1)", "null"}, {"json_set(\"[1]\", \"{5}\", 1)", "null"}, {"json_set(\"[1]\", \"a\", 1)", "null"}, {"json_delete(\"{\\\"a\\\":{\\\"b\\\":1}}\", \"a.b\", \"zz.y\")", "{\"a\":{}}"}, {"json_delete(\"[1,2]\", \"{0}\")", "[2]"},
		{"json_extract(\"\\\"a\\u0000b\\\"\") = \"a\"", "0"},
	};

	check_cases(c, COUNT(c));
}
END_TEST

/* ---- every function, hostile values ---- */

static struct val hostile_field(const void *ctx, size_t row, struct str name)
{
	const struct val *v = ctx;

	(void)row;
	return name.n == 2 && name.p[0] == 'h' ? v[name.p[1] - 'a'] : val_null();
}

START_TEST(hostile_values)
{
	enum { VALUES = 16 };
	static char big[70000], pairs[4000];
	struct val v[VALUES], many[300];
	size_t nfns;
	const struct eval_fn *const *all = fn_all(&nfns);

	memset(big, 'a', sizeof(big));
	for (size_t i = 0; i < sizeof(pairs); i++)
		pairs[i] = "[{%\\"[i % 4];
	for (size_t i = 0; i < COUNT(many); i++)
		many[i] = i % 3 ? val_num((double)i) : val_str((struct str){big, i});
	v[0] = val_null();
	v[1] = val_str(STR(""));
	v[2] = val_num(0);
	v[3] = val_num(-1);
	v[4] = val_num(1e308);
	v[5] = val_num(-1e308);
	v[6] = val_num(9007199254740993.0);
	v[7] = val_str((struct str){"a\0b\xff\xfe\xc3", 6});
	v[8] = val_str((struct str){big, sizeof(big)});
	v[9] = val_str((struct str){pairs, sizeof(pairs)});
	v[10] = val_str(STR("%s%n%*d%9999999999d%.9999999999f"));
	v[11] = val_str(STR("(a+)+$|(.*,){11}x"));
	v[12] = val_str(STR("{\"a\":[[[[[[[[1]]]]]]]],\"b\":1e308}"));
	v[13] = val_num(5e-324);
	v[14] = val_str(STR("99999999999999999999"));
	v[15] = val_list(arena, many, COUNT(many));

	for (size_t f = 0; f < nfns; f++) {
		int most = all[f]->max_args < 0 ? all[f]->min_args + 2 : all[f]->max_args;
		for (int n = all[f]->min_args; n <= most; n++) {
			for (unsigned turn = 0; turn < VALUES * 6; turn++) {
				struct arena *a = arena_new();
				struct sbuf text = {0};
				struct diag d = DIAG_INIT;
				sbuf_addf(&text, "%s(", all[f]->name);
				for (int i = 0; i < n; i++)
					sbuf_addf(&text, "%sh%c", i ? "," : "", 'a' + (int)((turn + (unsigned)i * (1 + turn / VALUES)) % VALUES));
				sbuf_addc(&text, ')');
				struct expr *e = eval_expr(a, sbuf_str(&text), &d);
				struct spl_budget b = {.deadline = when_mono_ns() + 2000000000, .arena = a, .memory = 256 << 20};
				struct eval_ctx c = {.src = {hostile_field, NULL, v}, .arena = a, .now = 1e9, .budget = &b};
				if (e) {
					struct val r = expr_eval(e, &c);
					val_text(r, a);
					val_hash(r);
				}
				ck_assert_msg(e || diag_is_set(&d), "%s", text.p);
				sbuf_free(&text);
				arena_free(a);
			}
		}
	}
}
END_TEST

/* ---- regular expressions ---- */

START_TEST(regexes)
{
	char err[160];
	size_t span[8], start, end;
	struct regex *re = regex_new(arena, STR("(?<d>.+\\\\)(?P<f>[^.]+)(\\.x)?"), err, sizeof(err));

	ck_assert(re && regex_groups(re) == 4);
	ck_assert(str_eqc(regex_group_name(re, 1), "d") && str_eqc(regex_group_name(re, 2), "f"));
	ck_assert(!regex_group_name(re, 3).p && !regex_group_name(re, 0).p && !regex_group_name(re, 99).p);
	ck_assert(regex_match(re, STR("C:\\a\\b.dll"), 0, span, 4));
	ck_assert(span[0] == 0 && span[2] == 0 && span[3] == 5 && span[4] == 5 && span[5] == 6 && span[6] == SIZE_MAX);
	ck_assert(!regex_match(re, STR("abc"), 0, span, 4) && !regex_match(re, STR(""), 1, span, 4));
	ck_assert(regex_new(arena, STR("a"), err, sizeof(err)) && regex_find(regex_new(arena, STR("a"), err, sizeof(err)), STR("ba"), 1, &start, &end));
	ck_assert(start == 1 && end == 2);

	ck_assert_ptr_null(regex_new(arena, STR("\xc3\xa9("), err, sizeof(err)));
	ck_assert_str_eq(err, "missing closing parenthesis at character 3");
	ck_assert_ptr_null(regex_new(arena, STR("\xff"), err, sizeof(err)));
	char *huge = arena_alloc(arena, 100000);
	memset(huge, 'a', 100000);
	ck_assert_ptr_null(regex_new(arena, (struct str){huge, 100000}, err, sizeof(err)));
	memset(huge, '(', 100000);
	ck_assert_ptr_null(regex_new(arena, (struct str){huge, 60000}, err, sizeof(err)));
	ck_assert_ptr_null(regex_new(arena, STR("((((a{1,1000}){1,1000}){1,1000}){1,1000})"), err, sizeof(err)));
	ck_assert_ptr_null(regex_new(arena, STR("\\C"), err, sizeof(err)));

	/* \w is ASCII, a character is UTF-8, bad bytes match nothing but stop nothing. */
	ck_assert(!regex_find(regex_new(arena, STR("^\\w$"), err, sizeof(err)), STR("\xc3\xa9"), 0, &start, &end));
	ck_assert(regex_find(regex_new(arena, STR("^.$"), err, sizeof(err)), STR("\xc3\xa9"), 0, &start, &end));
	ck_assert(regex_find(regex_new(arena, STR("\\x{202E}"), err, sizeof(err)), STR("a\xe2\x80\xae"), 0, &start, &end));
	ck_assert(regex_find(regex_new(arena, STR("b$"), err, sizeof(err)), STR("\xff\xfe" "b"), 0, &start, &end) && start == 2);
	ck_assert(!regex_find(regex_new(arena, STR("^.b"), err, sizeof(err)), STR("\xff" "b"), 0, &start, &end));
	ck_assert(!regex_find(regex_new(arena, STR("a.b"), err, sizeof(err)), STR("a\nb"), 0, &start, &end));
	ck_assert(regex_find(regex_new(arena, STR("a\\x00b"), err, sizeof(err)), (struct str){"a\0b", 3}, 0, &start, &end));
	ck_assert(regex_find(regex_new(arena, STR(""), err, sizeof(err)), (struct str){NULL, 0}, 0, &start, &end));
	ck_assert(regex_new(arena, (struct str){NULL, 0}, err, sizeof(err)));

	ck_assert_uint_eq(regex_next(STR("a\xc3\xa9"), 1, 1), 3);
	ck_assert_uint_eq(regex_next(STR("ab"), 2, 2), 3);
	ck_assert_uint_eq(regex_next(STR("ab"), 0, 1), 1);
	re = regex_new(arena, STR("(a)"), err, sizeof(err));
	ck_assert(str_eqc(regex_replace(re, STR("aXa"), STR("<\\1>"), 1, NULL, arena), "<a>Xa"));
	ck_assert(str_eqc(regex_replace(re, STR("aXa"), STR("\\9\\"), 0, NULL, arena), "\\X\\"));
	ck_assert_ptr_null(regex_replace(regex_new(arena, STR(""), err, sizeof(err)), (struct str){huge, 100000}, (struct str){huge, 100000}, 0, NULL, arena).p);
	/* \K in an assertion turns a match round. */
	re = regex_new(arena, STR("a\\Kb"), err, sizeof(err));
	ck_assert(str_eqc(regex_replace(re, STR("abab"), STR("x"), 0, NULL, arena), "axax"));
}
END_TEST

START_TEST(regexes_give_up)
{
	static const char *const evil[] = {"(a+)+$x", "(a|a)*b", "^(a|a?)+$x", "(.*.*.*.*.*)=\\w", "(?:a.*a.*a)?[cd]", "(\\w+\\s?)+[!?]$", "(a*)*\\1*b",
	                                   "(?=.*.*.*.*b)a", "((a{0,100}){0,100}){0,5}b"};
	size_t sizes[] = {30, 1000, 60000, 1000000}, start, end;
	char *text = arena_alloc(arena, 1000000), err[160];
	unsigned long before = regex_given_up(NULL);
	const char *pattern;

	memset(text, 'a', 1000000);
	for (size_t i = 0; i < COUNT(evil); i++) {
		struct regex *re = regex_new(arena, str_c(evil[i]), err, sizeof(err));
		for (size_t k = 0; re && k < COUNT(sizes); k++) {
			uint64_t t = when_mono_ns();
			regex_find(re, (struct str){text, sizes[k]}, 0, &start, &end);
			ck_assert_msg(when_mono_ns() - t < UINT64_C(10000000000), "%s on %zu bytes: %f s", evil[i], sizes[k],
			              (double)(when_mono_ns() - t) / 1e9);
		}
	}
	ck_assert_uint_gt(regex_given_up(&pattern), before);
	ck_assert_str_eq(pattern, evil[8]);
	/* A deep but honest match finds room. */
	struct regex *re = regex_new(arena, STR("^(?:a|b)*$"), err, sizeof(err));
	ck_assert(regex_find(re, (struct str){text, 32767}, 0, &start, &end));
}
END_TEST

static void *many_matches(void *p)
{
	const struct regex *shared = p;
	size_t span[4];

	for (int i = 0; i < 2000; i++) {
		char text[40];
		int n = snprintf(text, sizeof(text), "user%d host%d", i, i * 7);
		if (!regex_match(shared, (struct str){text, (size_t)n}, 0, span, 2))
			return p;
		n = snprintf(text, sizeof(text), "^user%d ", i % 40);
		regex_cached((struct str){text, (size_t)n});
		if (regex_cached(STR("(")) || !regex_cached(STR("a")))
			return p;
	}
	return NULL;
}

START_TEST(regexes_from_threads)
{
	char err[160];
	struct regex *re = regex_new(arena, STR("^user(\\d+) host\\d+$"), err, sizeof(err));
	pthread_t t[4];
	void *failed;

	for (size_t i = 0; i < COUNT(t); i++)
		ck_assert_int_eq(pthread_create(&t[i], NULL, many_matches, re), 0);
	for (size_t i = 0; i < COUNT(t); i++) {
		pthread_join(t[i], &failed);
		ck_assert_ptr_null(failed);
	}
}
END_TEST

START_TEST(digests)
{
	/* Lengths around the block, where the padding takes one block more; the digest of "a…a". */
	static const struct {
		size_t n;
		enum digest kind;
		const char *start;
	} cases[] = {
		{55, DIGEST_MD5, "ef1772b6"}, {56, DIGEST_MD5, "3b0c8ac7"}, {64, DIGEST_SHA1, "0098ba82"}, {55, DIGEST_SHA1, "c1c8bbdc"},
		{56, DIGEST_SHA256, "b35439a4"}, {64, DIGEST_SHA256, "ffe054fe"}, {111, DIGEST_SHA512, "fa9121c7"}, {112, DIGEST_SHA512, "c01d080e"},
		{1000000, DIGEST_SHA256, "cdc76e5c"}, {1000000, DIGEST_SHA512, "e718483d"},
	};
	char *text = arena_alloc(arena, 1000000);
	uint8_t out[DIGEST_MAX];

	memset(text, 'a', 1000000);
	for (size_t i = 0; i < COUNT(cases); i++) {
		char hex[9];
		digest(cases[i].kind, (struct str){text, cases[i].n}, out);
		snprintf(hex, sizeof(hex), "%02x%02x%02x%02x", out[0], out[1], out[2], out[3]);
		ck_assert_msg(strcmp(hex, cases[i].start) == 0, "%zu: %s", cases[i].n, hex);
	}
}
END_TEST

int main(void)
{
	Suite *s = suite_create("spl functions");
	TCase *t = tcase_create("functions");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_set_timeout(t, 300);
	tcase_add_test(t, examples_are_true);
	tcase_add_test(t, entries_are_complete);
	tcase_add_test(t, choosing);
	tcase_add_test(t, converting);
	tcase_add_test(t, texts);
	tcase_add_test(t, lists);
	tcase_add_test(t, times_and_numbers);
	tcase_add_test(t, json);
	tcase_add_test(t, hostile_values);
	tcase_add_test(t, regexes);
	tcase_add_test(t, regexes_give_up);
	tcase_add_test(t, regexes_from_threads);
	tcase_add_test(t, digests);
	suite_add_tcase(s, t);

	SRunner *r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
