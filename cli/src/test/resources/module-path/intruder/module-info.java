module intruder {
    requires dev.wellhead.database;
}
