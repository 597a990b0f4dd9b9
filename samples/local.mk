# Sample logs that are installed, and their generator.
nobase_dist_pkgdata_DATA +=
