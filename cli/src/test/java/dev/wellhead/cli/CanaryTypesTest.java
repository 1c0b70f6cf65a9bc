// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.cli;

import static dev.wellhead.cli.Canary.ENCODED;
import static dev.wellhead.cli.Canary.PASSWORD;
import static dev.wellhead.cli.CanaryTest.config;
import static dev.wellhead.cli.CanaryTest.pool;
import static dev.wellhead.cli.CanaryTest.quietly;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import dev.wellhead.config.AlertConfig;
import dev.wellhead.config.ConfigLoader;
import dev.wellhead.config.SectionConfig;
import dev.wellhead.config.ServerConfig;
import dev.wellhead.config.WebhookForm;
import dev.wellhead.config.WellheadConfig;
import dev.wellhead.database.Attempt;
import dev.wellhead.database.Database;
import dev.wellhead.database.DatabaseConfig;
import dev.wellhead.database.DatabaseManager;
import dev.wellhead.database.Deadline;
import dev.wellhead.database.Transaction;
import dev.wellhead.mongo.MongoConfig;
import dev.wellhead.mongo.MongoDatabaseClient;
import dev.wellhead.mongo.MongoProfile;
import dev.wellhead.pool.Ceiling;
import dev.wellhead.pool.Credentials;
import dev.wellhead.pool.CredentialsProvider;
import dev.wellhead.pool.PoolConfig;
import dev.wellhead.pool.PoolEvent;
import dev.wellhead.pool.PoolView;
import dev.wellhead.pool.Secret;
import dev.wellhead.pool.WellheadDataSource;
import dev.wellhead.testkit.FakeDriver;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Each public type with a text of its own that can hold a secret or an exception has a text without it; a new one fails
 * this test until it has a sample.
 */
@Timeout(300)
class CanaryTypesTest {
    /** One of each public type that can hold a secret or an exception and has a text of its own, with the password in it. */
    private static Map<Class<?>, Object> samples() throws Exception {
        var config = config(pool("default", "jdbc:postgresql://app:" + ENCODED + "@h/d?sslpassword=" + ENCODED)
                .driverProperty("sslpassword", PASSWORD));
        Map<Class<?>, Object> samples = new LinkedHashMap<>();
        samples.put(Secret.class, Secret.of(PASSWORD));
        samples.put(Credentials.class, Credentials.of("app", PASSWORD));
        samples.put(PoolConfig.class, config.pool());
        samples.put(DatabaseConfig.class, config);
        samples.put(WellheadConfig.class, loaded());
        samples.put(SectionConfig.class, loaded().sections().get(0));
        samples.put(
                ServerConfig.class,
                new ServerConfig("127.0.0.1", 0, Duration.ofSeconds(5), false, Secret.of(PASSWORD))
                        .withAdminToken(Secret.of(PASSWORD)));
        var webhook =
                new AlertConfig.Webhook(Secret.of("http://h/" + PASSWORD), WebhookForm.GENERIC, Secret.of(PASSWORD));
        samples.put(AlertConfig.Webhook.class, webhook);
        samples.put(AlertConfig.class, new AlertConfig(List.of(), webhook, null));
        var documents = MongoConfig.builder("mongodb://app:" + ENCODED + "@h/d", MongoProfile.PRODUCTION)
                .build();
        samples.put(MongoConfig.class, documents);
        samples.put(MongoDatabaseClient.class, new MongoDatabaseClient(documents));
        samples.put(PoolEvent.OpenFailed.class, new PoolEvent.OpenFailed("p", Canary.thrown(), Duration.ZERO));
        samples.put(PoolEvent.Failed.class, new PoolEvent.Failed("p", 1, Canary.thrown()));
        return samples;
    }

    private static WellheadConfig loaded() {
        return ConfigLoader.builder()
                .environment(Map.of(
                        "DATABASE_URL",
                        "postgresql://app:" + ENCODED + "@h/d",
                        "DB_PASSWORD",
                        PASSWORD,
                        "MONGODB_URI",
                        "mongodb://app:" + ENCODED + "@h/d"))
                .directory(Path.of("target"))
                .load();
    }

    /** Types whose text a run looks at above, or that hold only what is looked at. */
    private static final Set<Class<?>> ELSEWHERE = Set.of(
            // Their errors are DatabaseExceptions, whose text is ours.
            Attempt.Failure.class,
            Attempt.Degraded.class,
            // What runs: a line of name, state and numbers.
            Database.class,
            Transaction.class,
            Deadline.class,
            WellheadDataSource.class,
            PoolView.class,
            Ceiling.class);

    @Test
    void everyPublicTypeThatCanHoldItHasATextWithoutIt() throws Exception {
        // A pool connects with it, as any that could throw it has.
        try (var driver = FakeDriver.create();
                var manager = DatabaseManager.builder()
                        .database(config(pool("default", driver.url())))
                        .open()) {
            quietly(() -> manager.database().dataSource().getConnection().close());
        }
        var samples = samples();
        samples.forEach((type, sample) -> Canary.assertNotIn(type.getName(), sample.toString()));

        var known = samples.keySet().stream().map(Class::getName).collect(Collectors.toCollection(TreeSet::new));
        ELSEWHERE.forEach(type -> known.add(type.getName()));
        assertThat(holders())
                .as("public types with a text that can hold a secret: give each a sample")
                .isEqualTo(known);
    }

    /**
     * Public types, not exceptions, that have a text of their own and reach a secret or an exception by their fields. Those
     * of drivers hold none, and extend classes of drivers that are not here.
     */
    private static Set<String> holders() throws Exception {
        Map<Class<?>, Boolean> seen = new HashMap<>();
        Set<String> found = new TreeSet<>();
        for (var type : new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                .importPackages("dev.wellhead")) {
            if (isPublic(type) && !type.getPackageName().matches(".*\\.(internal|testkit|drivers|cli)")) {
                var loaded = Class.forName(type.getName(), false, CanaryTypesTest.class.getClassLoader());
                if (loaded.isInterface()) {
                    continue;
                }
                var hasText = loaded.getMethod("toString").getDeclaringClass() != Object.class;
                if (hasText && !Throwable.class.isAssignableFrom(loaded) && !loaded.isEnum() && holds(loaded, seen)) {
                    found.add(loaded.getName());
                }
            }
        }
        return found;
    }

    private static boolean isPublic(JavaClass type) {
        return type.getModifiers().contains(JavaModifier.PUBLIC)
                && type.getEnclosingClass()
                        .map(outer -> outer.getModifiers().contains(JavaModifier.PUBLIC))
                        .orElse(true);
    }

    private static boolean holds(Class<?> type, Map<Class<?>, Boolean> seen) {
        if (type == Secret.class || Throwable.class.isAssignableFrom(type) || type == CredentialsProvider.class) {
            return true;
        }
        if (!type.getName().startsWith("dev.wellhead.")) {
            return false;
        }
        var before = seen.putIfAbsent(type, false);
        if (before != null) {
            return before;
        }
        var holds = Arrays.stream(type.getDeclaredFields())
                .filter(field -> !Modifier.isStatic(field.getModifiers()))
                .map(Field::getGenericType)
                .flatMap(CanaryTypesTest::classes)
                .anyMatch(each -> holds(each, seen));
        seen.put(type, holds);
        return holds;
    }

    private static Stream<Class<?>> classes(Type type) {
        if (type instanceof ParameterizedType generic) {
            return Stream.concat(
                    classes(generic.getRawType()),
                    Arrays.stream(generic.getActualTypeArguments()).flatMap(CanaryTypesTest::classes));
        }
        return type instanceof Class<?> plain ? Stream.of(plain) : Stream.empty();
    }
}
