/* A row's values as one key: for what compares rows by their text (dedup, join, transaction, mvcombine). */
#include "spl/cmdlib.h"

static void add_val(struct sbuf *key, struct val v)
{
	uint32_t n = val_count(v);

	sbuf_add(key, &n, sizeof(n));
	for (uint32_t i = 0; i < n; i++) {
		char buf[VAL_NUM_SIZE];
		struct val one = val_at(v, i);
		struct str s = one.type == V_NUM ? val_num_text(one.num, buf) : (struct str){one.s, one.len};
		uint32_t len = (uint32_t)s.n;
		sbuf_add(key, &len, sizeof(len));
		sbuf_adds(key, s);
	}
}

bool row_key(struct sbuf *key, const struct rows *r, size_t row, const ptrdiff_t *col, size_t n)
{
	bool whole = true;

	sbuf_reset(key);
	for (size_t i = 0; i < n; i++) {
		struct val v = col[i] < 0 ? val_null() : r->col[col[i]].v[row];
		whole &= !val_is_null(v);
		add_val(key, v);
	}
	return whole;
}
