// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wellhead.config.Profile;
import dev.wellhead.config.Setting;
import dev.wellhead.config.WellheadConfig;
import dev.wellhead.database.DatabaseConfig;
import dev.wellhead.database.HealthPolicy;
import dev.wellhead.database.RetryPolicy;
import dev.wellhead.mongo.MongoConfig;
import dev.wellhead.mongo.MongoDatabaseClient;
import dev.wellhead.pool.PoolConfig;
import dev.wellhead.pool.StartMode;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.FieldSource;

/** What the five teams wrote down, number by number, by hand: the tables cannot be made anew with other numbers. */
class DeploymentNumbersTest {

    static final List<String> WITH_SQL = Deployment.WITH_SQL;

    @Test
    void tiered() {
        var database = database("tiered");
        var pool = database.pool();
        requireSizes(pool, 5, 20);
        assertThat(pool.acquireTimeout()).hasSeconds(30);
        assertThat(pool.connectTimeout()).as("create").hasSeconds(30);
        assertThat(pool.closeTimeout()).as("destroy").hasSeconds(5);
        assertThat(pool.idleTimeout()).hasSeconds(300);
        assertThat(pool.housekeeperInterval()).as("reap").hasSeconds(1);
        assertThat(pool.createRetryInterval()).hasMillis(200);
        assertThat(pool.startMode()).isEqualTo(StartMode.WAIT);
        assertThat(pool.startRetries()).isEqualTo(3);
        assertThat(pool.startRetryDelay()).hasSeconds(1);
        assertThat(pool.statementTimeout()).hasSeconds(30);
        assertThat(database.health()).isEqualTo(new HealthPolicy(true, seconds(30), seconds(5), 3));
        assertThat(database.retry().maxRetries()).isEqualTo(3);
        assertThat(database.retry().initialDelay()).hasSeconds(1);
    }

    @Test
    void workerWithItsConcurrency() {
        assertThat(new Deployment("worker").load().profile()).isEqualTo(Profile.PRODUCTION);
        requireSizes(database("worker").pool(), 3, 10);
        requireWorker(database("worker"));
    }

    @ParameterizedTest
    @CsvSource({"1,2,5", "2,2,5", "3,3,10", "5,3,10", "6,5,15", "10,5,15", "11,8,20", "50,8,20"})
    void workerWithAnyConcurrency(int concurrency, int min, int max) {
        var deployment = new Deployment("worker");
        var environment = deployment.environment();
        environment.put("WORKER_CONCURRENCY", String.valueOf(concurrency));
        var config = deployment.loader().environment(environment).load();
        requireSizes(config.databases().get(0).pool(), min, max);
        requireWorker(config.databases().get(0));
    }

    @Test
    void workerWithoutAConcurrency() {
        var database = database("worker/without-concurrency");
        requireSizes(database.pool(), 2, 10);
        requireWorker(database);
    }

    @Test
    void edge() {
        var config = new Deployment("edge").load();
        assertThat(config.profile()).isEqualTo(Profile.EDGE);
        var database = config.databases().get(0);
        var pool = database.pool();
        requireSizes(pool, 0, 100);
        assertThat(pool.acquireTimeout()).hasSeconds(2);
        assertThat(pool.connectTimeout()).hasSeconds(5);
        assertThat(pool.statementTimeout()).hasSeconds(15);
        assertThat(pool.idleTimeout()).hasSeconds(60);
        assertThat(pool.pooled()).isTrue();
        assertThat(database.retry().maxRetries()).isEqualTo(5);
        assertThat(database.retry().initialDelay()).hasMillis(200);
        assertThat(database.health().interval()).hasSeconds(30);
        assertThat(database.slowQueryThreshold()).hasSeconds(5);
    }

    @Test
    void api() {
        var config = new Deployment("api").load();
        assertThat(config.server().port()).isEqualTo(3000);
        var database = config.databases().get(0);
        var pool = database.pool();
        requireSizes(pool, 2, 20);
        assertThat(pool.acquireTimeout()).hasSeconds(2);
        assertThat(pool.idleTimeout()).hasSeconds(30);
        assertThat(pool.maxUses()).isEqualTo(7_500);
        assertThat(pool.statementTimeout()).hasSeconds(5);
        assertThat(database.retry())
                .isEqualTo(new RetryPolicy(3, Duration.ofMillis(100), Duration.ofSeconds(5), 2.0, true));
    }

    @Test
    void documents() {
        var config = new Deployment("documents").load();
        assertThat(config.profile()).isEqualTo(Profile.PRODUCTION);
        requireNoSql(config);
        requireMongo(mongo(config), 5, 50);
        assertThat(mongo(config).idleTimeout()).hasSeconds(60);
        assertThat(mongo(config).acquireTimeout()).as("wait queue").hasSeconds(5);
    }

    @Test
    void documentsInDevelopment() {
        var config = new Deployment("documents/development").load();
        assertThat(config.profile()).isEqualTo(Profile.LOCAL);
        requireNoSql(config);
        requireMongo(mongo(config), 2, 10);
        assertThat(mongo(config).idleTimeout()).hasSeconds(300);
        assertThat(mongo(config).acquireTimeout()).as("wait queue").hasSeconds(10);
    }

    @ParameterizedTest
    @FieldSource("WITH_SQL")
    void whatAllHaveInCommon(String name) {
        var database = database(name);
        var pool = database.pool();
        assertThat(pool.driverProperties()).containsEntry("sslmode", "verify-full");
        assertThat(pool.validationTimeout()).hasSeconds(1);
        assertThat(pool.maxLifetime()).hasMinutes(30);
        assertThat(pool.maxLifetimeJitter()).isEqualTo(0.25);
        assertThat(pool.keepaliveInterval()).hasMinutes(2);
        assertThat(pool.leakThreshold()).hasSeconds(60);
        assertThat(pool.createRetryInterval()).hasMillis(200);
        assertThat(pool.closeTimeout()).hasSeconds(5);
        assertThat(pool.housekeeperInterval()).hasSeconds(1);
        assertThat(database.health().limit()).hasSeconds(5);
        assertThat(database.health().strikes()).isEqualTo(3);
    }

    private static void requireWorker(DatabaseConfig database) {
        assertThat(database.pool().acquireTimeout()).hasSeconds(30);
        assertThat(database.pool().idleTimeout()).hasSeconds(60);
        assertThat(database.retry().maxRetries()).isEqualTo(3);
        assertThat(database.retry().multiplier()).as("exponential").isEqualTo(2.0);
        assertThat(database.health().interval()).hasMinutes(5);
    }

    private static void requireNoSql(WellheadConfig config) {
        assertThat(config.databases()).isEmpty();
        // DB_POOL_SIZE and DB_MIN_POOL_SIZE are MongoDB's: they are the origin of none of SQL's keys.
        assertThat(config.settings())
                .filteredOn(setting -> setting.origin().startsWith(".env:"))
                .extracting(Setting::key)
                .containsExactly("mongodb.max-size", "mongodb.min-size", "mongodb.leak-threshold");
    }

    private static MongoConfig mongo(WellheadConfig config) {
        return ((MongoDatabaseClient) config.resources().get(0)).settings();
    }

    private static void requireMongo(MongoConfig mongo, int min, int max) {
        assertThat(mongo.minSize()).isEqualTo(min);
        assertThat(mongo.maxSize()).isEqualTo(max);
        assertThat(mongo.connectTimeout()).hasSeconds(10);
        assertThat(mongo.socketTimeout()).hasSeconds(45);
        assertThat(mongo.selectionTimeout()).hasSeconds(5);
        assertThat(mongo.connectAttempts()).isEqualTo(5);
        assertThat(mongo.leakThreshold()).hasSeconds(60);
    }

    private static void requireSizes(PoolConfig pool, int min, int max) {
        assertThat(pool.minIdle()).isEqualTo(min);
        assertThat(pool.maxSize()).isEqualTo(max);
    }

    private static DatabaseConfig database(String name) {
        return new Deployment(name).load().databases().get(0);
    }

    private static Duration seconds(int number) {
        return Duration.ofSeconds(number);
    }
}
