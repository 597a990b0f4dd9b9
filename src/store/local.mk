# Sources of src/store/, headers too.
libspoor_a_SOURCES +=
