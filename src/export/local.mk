# Sources of src/export/, headers too.
libspoor_a_SOURCES +=
