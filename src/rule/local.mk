# Sources of src/rule/, headers too.
libspoor_a_SOURCES +=
