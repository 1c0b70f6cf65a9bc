// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.mongo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.mongodb.MongoClientSettings;
import com.mongodb.event.CommandListener;
import com.mongodb.event.ConnectionPoolListener;
import com.mongodb.event.ServerListener;
import dev.wellhead.database.CommitOutcomeMode;
import dev.wellhead.database.DatabaseConfig;
import dev.wellhead.database.OutcomePolicy;
import dev.wellhead.database.TimeLimits;
import dev.wellhead.pool.ConfigException;
import dev.wellhead.pool.PoolConfig;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MongoConfigTest {

    private static final String URI = "mongodb://app:s3cret@documents:27017/app";

    @ParameterizedTest
    @CsvSource({"PRODUCTION, 5, 50, 60, 5", "EDGE, 5, 50, 60, 5", "DEVELOPMENT, 2, 10, 300, 10"})
    void profileGivesTheNumbersOfExistingDeployments(
            MongoProfile profile, int minSize, int maxSize, int idleSeconds, int acquireSeconds) {
        var config = MongoConfig.builder(URI, profile).build();

        assertThat(config.minSize()).isEqualTo(minSize);
        assertThat(config.maxSize()).isEqualTo(maxSize);
        assertThat(config.idleTimeout()).hasSeconds(idleSeconds);
        assertThat(config.acquireTimeout()).hasSeconds(acquireSeconds);
        assertThat(config.connectTimeout()).hasSeconds(10);
        assertThat(config.socketTimeout()).hasSeconds(45);
        assertThat(config.selectionTimeout()).hasSeconds(5);
        assertThat(config.connectAttempts()).isEqualTo(5);
        assertThat(config.leakThreshold()).hasSeconds(60);
    }

    @Test
    void whatIsSetCountsBeforeTheConnectionStringAndThatBeforeTheProfile() {
        var config = MongoConfig.builder(
                        URI + "?maxPoolSize=20&minPoolSize=3&waitQueueTimeoutMS=700&maxIdleTimeMS=9000",
                        MongoProfile.PRODUCTION)
                .minSize(4)
                .build();

        assertThat(config.minSize()).isEqualTo(4);
        assertThat(config.maxSize()).isEqualTo(20);
        assertThat(config.acquireTimeout()).hasMillis(700);
        assertThat(config.idleTimeout()).hasSeconds(9);
    }

    @Test
    void everyProblemIsToldAtOnce() {
        assertThatThrownBy(() -> MongoConfig.builder("mongo://h", MongoProfile.PRODUCTION)
                        .name("a b")
                        .maxSize(0)
                        .connectAttempts(0)
                        .acquireTimeout(Duration.ZERO)
                        .build())
                .isInstanceOfSatisfying(
                        ConfigException.class,
                        e -> assertThat(e.violations())
                                .extracting(ConfigException.Violation::key)
                                .containsExactly("name", "uri", "max-size", "connect-attempts", "acquire-timeout"));
    }

    @Test
    void leastMustNotBeMoreThanMost() {
        assertThatThrownBy(() -> MongoConfig.builder(URI, MongoProfile.PRODUCTION)
                        .minSize(9)
                        .maxSize(8)
                        .build())
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("min-size=9: must not be greater than max-size=8; lower it or raise max-size");
    }

    @ParameterizedTest
    @CsvSource({
        "mongodb://app:s3cr@et@documents/app",
        "mongodb://app:s3cr%et@documents/app",
        "mongodb://app:s3cr:et@documents/app",
        "mongodb://app:s3cret@documents:notaport/app",
        "mongodb://app:s3cret",
    })
    void passwordIsInNoText(String uri) {
        assertThatThrownBy(
                        () -> MongoConfig.builder(uri, MongoProfile.PRODUCTION).build())
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("uri=****: must be a connection string of MongoDB: ")
                .hasMessageContaining("write it as mongodb://user:password@host:27017/database")
                .message()
                .doesNotContain("s3cr");
        assertThat(MongoConfig.builder(URI, MongoProfile.PRODUCTION).build().toString())
                .doesNotContain("s3cret");
    }

    @Test
    void missingConnectionStringNamesTheVariable() {
        assertThatThrownBy(
                        () -> MongoConfig.builder("", MongoProfile.PRODUCTION).build())
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("must be given; set MONGODB_URI");
    }

    @Test
    void isToldInTheWordsOfEveryDatabase() {
        var limits = new TimeLimits(Duration.ofSeconds(3), Duration.ofSeconds(9), Duration.ZERO, Duration.ZERO);
        var config = MongoConfig.builder("mongodb://ann:s3cret@one:27017,two:27018/app", MongoProfile.DEVELOPMENT)
                .name("documents")
                .policies(DatabaseConfig.of(PoolConfig.builder()
                                .jdbcUrl("jdbc:postgresql://other/db")
                                .maxSize(99)
                                .build())
                        .withLimits(limits)
                        .withOutcome(new OutcomePolicy(CommitOutcomeMode.XID, Duration.ofSeconds(7))))
                .build()
                .databaseConfig();

        assertThat(config.name()).isEqualTo("documents");
        assertThat(config.pool().jdbcUrl()).isEqualTo("jdbc:mongodb://one:27017,two:27018/app");
        assertThat(config.pool().maxSize()).isEqualTo(10);
        assertThat(config.pool().minIdle()).isEqualTo(2);
        assertThat(config.limits()).isEqualTo(limits);
        assertThat(config.outcome()).isEqualTo(new OutcomePolicy(CommitOutcomeMode.AUTO, Duration.ofSeconds(7)));
    }

    @Test
    void driverRepeatsSingleOperationsUnlessTheConnectionStringForbidsIt() {
        assertThat(settings(URI).getRetryWrites()).isTrue();
        assertThat(settings(URI).getRetryReads()).isTrue();
        assertThat(settings(URI + "?retryWrites=false&retryReads=false").getRetryWrites())
                .isFalse();
        assertThat(settings(URI + "?retryWrites=false&retryReads=false").getRetryReads())
                .isFalse();
    }

    private static MongoClientSettings settings(String uri) {
        return DriverSettings.of(
                MongoConfig.builder(uri, MongoProfile.PRODUCTION).build(),
                new ConnectionPoolListener() {},
                new CommandListener() {},
                new ServerListener() {});
    }
}
