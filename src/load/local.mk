# Sources of src/load/, headers too.
libspoor_a_SOURCES += \
	src/load/batch.c src/load/batch.h src/load/batch_maker.c src/load/batch_maker.h \
	src/load/binxml.c src/load/binxml.h \
	src/load/bx_internal.h src/load/bx_text.c src/load/bx_value.c src/load/bx_walk.c \
	src/load/csv.c \
	src/load/decode.c src/load/decode.h src/load/decoding.c src/load/decoding.h \
	src/load/evtx.c src/load/evtx.h \
	src/load/expand.c src/load/expand.h \
	src/load/follow.c src/load/follow.h \
	src/load/unpack.c src/load/unpack.h \
	src/load/input.c src/load/input.h \
	src/load/json.c src/load/json.h src/load/json_names.c src/load/json_pairs.c src/load/json_parse.c src/load/json_rendered.c \
	src/load/json_shape.c src/load/json_spell.c \
	src/load/keep.c \
	src/load/load.c src/load/load.h src/load/load_report.c \
	src/load/member.h \
	src/load/message.c src/load/message.h \
	src/load/names.h \
	src/load/stamp.c src/load/stamp.h \
	src/load/stray.c src/load/stray.h \
	src/load/stream.c src/load/stream.h \
	src/load/sysmon.c src/load/sysmon.h \
	src/load/text.c src/load/text.h src/load/text_shape.c \
	src/load/wide.c src/load/wide.h \
	src/load/xml.c src/load/xml.h \
	src/load/xml_fast.c src/load/xml_fast.h \
	src/load/xml_strict.c
