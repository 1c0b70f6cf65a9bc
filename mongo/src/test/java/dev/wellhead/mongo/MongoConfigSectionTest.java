// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.mongo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wellhead.database.DatabaseConfig;
import dev.wellhead.database.TimeLimits;
import dev.wellhead.database.spi.ConfigSection;
import dev.wellhead.database.spi.SectionKey;
import dev.wellhead.database.spi.SectionValues;
import dev.wellhead.pool.ConfigException;
import dev.wellhead.pool.PoolConfig;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MongoConfigSectionTest {

    private static final DatabaseConfig POLICIES = DatabaseConfig.of(
                    PoolConfig.builder().jdbcUrl("jdbc:postgresql://other/db").build())
            .withLimits(new TimeLimits(Duration.ofSeconds(3), Duration.ZERO, Duration.ZERO, Duration.ZERO));

    private final MongoConfigSection section = new MongoConfigSection();

    @Test
    void isFoundByTheServiceLoader() {
        assertThat(ServiceLoader.load(ConfigSection.class)).hasOnlyElementsOfType(MongoConfigSection.class);
    }

    @Test
    void makesAClientOfItsValuesThatIsNotOpen() {
        var resources = section.resources(values("mongodb://app:s3cret@documents/shop"), POLICIES);
        assertThat(resources).singleElement().isInstanceOfSatisfying(MongoDatabaseClient.class, client -> {
            var config = client.settings();
            assertThat(client.name()).isEqualTo("documents");
            assertThat(config.uri().reveal()).isEqualTo("mongodb://app:s3cret@documents/shop");
            assertThat(config.minSize()).isEqualTo(1);
            assertThat(config.maxSize()).isEqualTo(2);
            assertThat(config.idleTimeout()).hasSeconds(3);
            assertThat(config.acquireTimeout()).hasSeconds(4);
            assertThat(config.connectTimeout()).hasSeconds(5);
            assertThat(config.socketTimeout()).hasSeconds(6);
            assertThat(config.selectionTimeout()).hasSeconds(7);
            assertThat(config.connectAttempts()).isEqualTo(8);
            assertThat(config.leakThreshold()).hasSeconds(9);
            assertThat(config.policies()).isEqualTo(POLICIES);
        });
    }

    @Test
    void checksTheValuesAndMakesNothingWithoutAConnectionString() {
        assertThat(section.resources(values(""), POLICIES)).isEmpty();
        var wrong = new HashMap<>(values("").values());
        wrong.put("min-size", 9);
        assertThatThrownBy(() -> section.resources(new SectionValues(wrong), POLICIES))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("min-size=9: must not be greater than max-size=2");
    }

    @Test
    void violationsNameKeysOfItsOwn() {
        var wrong = Map.<String, Object>ofEntries(
                Map.entry("name", "a b"),
                Map.entry("uri", "mongo://h"),
                Map.entry("min-size", -1),
                Map.entry("max-size", 0),
                Map.entry("idle-timeout", Duration.ofDays(2)),
                Map.entry("acquire-timeout", Duration.ZERO),
                Map.entry("connect-timeout", Duration.ZERO),
                Map.entry("socket-timeout", Duration.ofDays(2)),
                Map.entry("server-selection-timeout", Duration.ZERO),
                Map.entry("connect-attempts", 0),
                Map.entry("leak-threshold", Duration.ofDays(2)));
        var keys = section.keys().stream().map(SectionKey::name).toList();
        assertThatThrownBy(() -> section.resources(new SectionValues(wrong), POLICIES))
                .isInstanceOfSatisfying(
                        ConfigException.class,
                        e -> assertThat(e.violations())
                                .hasSize(11)
                                .allSatisfy(violation -> assertThat(keys).contains(violation.key())));
    }

    @Test
    void readsWhatAConnectionStringSaysAndNothingOfOneThatIsNone() {
        var reading = section.read("mongodb://app:s3cret@a:27017,b/shop?minPoolSize=3&socketTimeoutMS=1500");
        assertThat(reading.hosts()).containsExactly("a:27017", "b");
        assertThat(reading.values()).isEqualTo(Map.of("min-size", "3", "socket-timeout", "1500ms"));
        assertThat(reading.toString()).doesNotContain("s3cret", "1500");
        assertThat(section.read("mongodb://app:s3cr@et@a/shop")).isEqualTo(ConfigSection.Reading.NONE);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "mongodb://documents.example.com:27017/shop|mongodb://documents.example.com:27017/shop",
                "mongodb://app:s3cret@a:27017,b:27018/shop?w=1|mongodb://****@a:27017,b:27018/shop?w=1",
                "mongodb://app@a/|mongodb://****@a/",
                "mongodb+srv://app:s3cret@a.example.com/shop|mongodb+srv://****@a.example.com/shop",
                "mongodb://app:s3cret@[::1]:27017|mongodb://****@[::1]:27017",
                "mongodb://app:s3@cret@a/shop|mongodb://****@a/shop",
                "mongodb://app:s3cret@a?proxyPassword=s3cret&w=1|mongodb://****@a?proxyPassword=****&w=1",
                "mongodb://a/?authMechanismProperties=AWS_SESSION_TOKEN:s3cret|mongodb://a/?authMechanismProperties=****",
                "mongodb://app:s3cret|mongodb://****",
                "mongodb://app:s3cret/a|mongodb://****",
                "mongodb://a/app:s3cret|mongodb://****",
                "mongodb://app:12345?s3cret@|mongodb://****",
                "mongo://app:s3cret@a|****",
                "s3cret|****",
            })
    void showsAConnectionStringWithoutTheLogin(String uri, String shown) {
        var key = section.keys().stream()
                .filter(candidate -> candidate.name().equals(section.locator()))
                .findFirst()
                .orElseThrow();
        assertThat(key.shown().apply(uri)).isEqualTo(shown);
    }

    private static SectionValues values(String uri) {
        return new SectionValues(Map.ofEntries(
                Map.entry("name", "documents"),
                Map.entry("uri", uri),
                Map.entry("min-size", 1),
                Map.entry("max-size", 2),
                Map.entry("idle-timeout", Duration.ofSeconds(3)),
                Map.entry("acquire-timeout", Duration.ofSeconds(4)),
                Map.entry("connect-timeout", Duration.ofSeconds(5)),
                Map.entry("socket-timeout", Duration.ofSeconds(6)),
                Map.entry("server-selection-timeout", Duration.ofSeconds(7)),
                Map.entry("connect-attempts", 8),
                Map.entry("leak-threshold", Duration.ofSeconds(9))));
    }
}
