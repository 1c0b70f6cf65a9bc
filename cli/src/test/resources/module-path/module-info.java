module shop {
    requires dev.wellhead.config;
    requires dev.wellhead.embedded;
    requires dev.wellhead.micrometer;
    requires dev.wellhead.mongo;
    requires dev.wellhead.opentelemetry;

    exports shop.api;

    uses dev.wellhead.database.spi.ManagerSource;
    uses dev.wellhead.pool.spi.DriverSupport;
}
