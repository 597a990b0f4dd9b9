# Sources of src/cim/, headers too.
libspoor_a_SOURCES +=
