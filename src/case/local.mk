# Sources of src/case/, headers too.
libspoor_a_SOURCES +=
