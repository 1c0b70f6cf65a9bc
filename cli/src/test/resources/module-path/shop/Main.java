package shop;

import dev.wellhead.config.ConfigLoader;
import dev.wellhead.database.DatabaseConfig;
import dev.wellhead.database.DatabaseManager;
import dev.wellhead.database.spi.ManagerSource;
import dev.wellhead.embedded.EmbeddedServer;
import dev.wellhead.micrometer.WellheadMetrics;
import dev.wellhead.mongo.MongoConfig;
import dev.wellhead.mongo.MongoDatabaseClient;
import dev.wellhead.mongo.MongoProfile;
import dev.wellhead.opentelemetry.PoolTelemetry;
import dev.wellhead.pool.PoolConfig;
import dev.wellhead.pool.WellheadDataSource;
import dev.wellhead.pool.spi.DriverSupport;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.opentelemetry.api.OpenTelemetry;
import java.nio.file.Path;
import java.util.ServiceLoader;
import shop.api.Visit;

public final class Main {
    record Hidden(long id, String who) {}

    public static void main(String[] args) throws Exception {
        say("supports", names(DriverSupport.class));
        say("sources", names(ManagerSource.class));
        say("databases", ConfigLoader.builder().build().load().databases().size());
        say("keys", mongoKeys());
        say("management", ModuleLayer.boot().findModule("java.management").isPresent());

        var manager = DatabaseManager.shared();
        var database = manager.database();
        say("visit", database.queryOne("find visit", Visit.class, "SELECT 1 AS id, 'Ada' AS who"));
        try {
            say("hidden", database.queryOne("find visit", Hidden.class, "SELECT 1 AS id, 'Ada' AS who"));
        } catch (RuntimeException e) {
            say("hidden", e.getMessage());
        }

        var registry = new SimpleMeterRegistry();
        new WellheadMetrics(manager).bindTo(registry);
        say("meters", registry.getMeters().isEmpty() ? "none" : "some");

        new PoolTelemetry(OpenTelemetry.noop(), manager).close();
        say("telemetry", "closed");

        var documents = new MongoDatabaseClient(
                MongoConfig.builder("mongodb://127.0.0.1", MongoProfile.PRODUCTION).build());
        say("mongo", documents.snapshot().maxSize());

        try (var pool = new WellheadDataSource(PoolConfig.builder().jdbcUrl(args[0]).jmx(true).build());
                var connection = pool.getConnection()) {
            say("valid", connection.isValid(5));
        }
        var shown = PoolConfig.builder().name("shown").jdbcUrl(args[0]).jmx(true).build();
        try (var own = DatabaseManager.builder().database(DatabaseConfig.of(shown)).open()) {
            say("healthy", own.database().checkHealth().healthy());
        }

        try (var server = EmbeddedServer.start(Path.of(args[1]))) {
            say("embedded", server.isRunning());
        }

        // On the class path this is true.
        say("internal", Class.forName("dev.wellhead.pool.internal.Pool").getDeclaredMethods()[0].trySetAccessible());
    }

    /** What the module of MongoDB brings to the one of the configuration. */
    private static long mongoKeys() {
        return ConfigLoader.builder().build().load().settings().stream()
                .filter(setting -> setting.key().startsWith("mongodb."))
                .count();
    }

    private static String names(Class<?> service) {
        return ServiceLoader.load(service).stream()
                .map(provider -> provider.type().getSimpleName())
                .sorted()
                .toList()
                .toString();
    }

    private static void say(String what, Object value) {
        System.out.println(what + "=" + value);
    }
}
