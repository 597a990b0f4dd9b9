# Sources of src/spl/, headers too.
libspoor_a_SOURCES +=
