# Sources of src/detect/, headers too.
libspoor_a_SOURCES +=
