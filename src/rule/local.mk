# Sources of src/rule/, headers too.
libspoor_a_SOURCES += \
	src/rule/env.c \
	src/rule/escu.c \
	src/rule/escu.h \
	src/rule/escu_risk.c \
	src/rule/exclude.c \
	src/rule/files.c \
	src/rule/files.h \
	src/rule/lookups.c \
	src/rule/macros.c \
	src/rule/mitre.c \
	src/rule/place.c \
	src/rule/rule.h \
	src/rule/rules.c \
	src/rule/ruleset.h \
	src/rule/shipped.c \
	src/rule/sources.c \
	src/rule/yaml.c \
	src/rule/yaml.h
