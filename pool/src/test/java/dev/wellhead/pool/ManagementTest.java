// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.wellhead.testkit.FakeBehavior;
import dev.wellhead.testkit.FakeDriver;
import dev.wellhead.testkit.FakeOperation;
import java.lang.management.ManagementFactory;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.management.JMX;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import javax.management.openmbean.TabularData;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The pool's bean, seen and operated through the platform's MBean server. */
class ManagementTest {

    private static final String CANARY = "canary-4711";

    private final MBeanServer server = ManagementFactory.getPlatformMBeanServer();
    private final FakeDriver driver = FakeDriver.create();

    @AfterEach
    void close() {
        driver.close();
    }

    private PoolConfig.Builder config(String name) {
        return PoolConfig.builder()
                .name(name)
                .jdbcUrl(driver.url())
                .username("app")
                .password(CANARY)
                .driverProperty("token", CANARY)
                .maxSize(3)
                .minIdle(0)
                .startMode(StartMode.LAZY)
                .jmx(true);
    }

    private Set<String> names(String pool) throws Exception {
        return server.queryNames(new ObjectName("dev.wellhead:type=Pool,name=" + pool + ",*"), null).stream()
                .map(ObjectName::getCanonicalName)
                .collect(Collectors.toSet());
    }

    private static ObjectName name(String pool) throws Exception {
        return new ObjectName("dev.wellhead:type=Pool,name=" + pool);
    }

    @Test
    void isOffUnlessAskedFor() throws Exception {
        try (var pool = new WellheadDataSource(config("unseen").jmx(false).build())) {
            assertThat(names("unseen")).isEmpty();
            assertThat(pool.config().jmx()).isFalse();
        }
    }

    @Test
    void showsWhatTheSnapshotShowsUntilThePoolIsClosed() throws Exception {
        try (var pool = new WellheadDataSource(config("seen").build())) {
            var connection = pool.getConnection();
            var bean = name("seen");
            assertThat(server.getAttribute(bean, "Active")).isEqualTo(1);
            assertThat(server.getAttribute(bean, "MaxSize")).isEqualTo(3);
            assertThat(server.getAttribute(bean, "State")).isEqualTo("RUNNING");
            assertThat(server.getAttribute(bean, "Opened")).isEqualTo(1L);
            connection.close();
            assertThat(server.getAttribute(bean, "Idle")).isEqualTo(1);
            assertThat(server.getAttribute(bean, "Released")).isEqualTo(1L);
            var closed = (TabularData) server.getAttribute(bean, "Closed");
            assertThat(closed.get(new Object[] {"MAX_LIFETIME"}).get("value")).isEqualTo(0L);
        }
        assertThat(names("seen")).isEmpty();
    }

    @Test
    void operatesThePool() throws Exception {
        try (var pool = new WellheadDataSource(config("operated").build())) {
            pool.getConnection().close();
            var bean = JMX.newMXBeanProxy(server, name("operated"), PoolMXBean.class);
            bean.pause();
            assertThat(pool.snapshot().state()).isEqualTo(PoolState.PAUSED);
            bean.resume();
            assertThat(pool.snapshot().state()).isEqualTo(PoolState.RUNNING);
            bean.evictAll();
            await().until(() -> bean.getClosed().get("REQUESTED") == 1);
            pool.getConnection().close();
            bean.reset();
            await().until(() -> bean.getClosed().get("REQUESTED") == 2);
        }
    }

    @Test
    void poolsOfOneNameAreNumbered() throws Exception {
        var first = new WellheadDataSource(config("twin").build());
        try (var second = new WellheadDataSource(config("twin").maxSize(2).build())) {
            var numbered = new ObjectName("dev.wellhead:type=Pool,name=twin,number=2");
            assertThat(server.getAttribute(numbered, "MaxSize"))
                    .isEqualTo(second.config().maxSize());
            first.close();
            assertThat(names("twin")).containsExactly(numbered.getCanonicalName());
        } finally {
            first.close();
        }
        assertThat(names("twin")).isEmpty();
    }

    @Test
    void holdsNoSecret() throws Exception {
        driver.on(
                FakeOperation.OPEN,
                FakeBehavior.fail("refused jdbc:fake://h/db?user=app&password=" + CANARY, "28P01", 0));
        try (var pool = new WellheadDataSource(config("secret").build())) {
            var waiting = Work.async(pool::getConnection);
            var bean = JMX.newMXBeanProxy(server, name("secret"), PoolMXBean.class);
            await().until(() -> !bean.getLastOpenFailure().isEmpty());
            var all = new StringBuilder(bean.getLastOpenFailure());
            for (var attribute : server.getMBeanInfo(name("secret")).getAttributes()) {
                all.append(attribute.getName())
                        .append('=')
                        .append(server.getAttribute(name("secret"), attribute.getName()));
            }
            assertThat(all.toString()).contains("28P01", "password=****").doesNotContain(CANARY);
            assertThat(waiting).isNotDone();
        }
    }

    @Test
    void everyCounterOfTheBeanIsOneOfTheSnapshot() {
        var counters = Arrays.stream(PoolSnapshot.Counters.class.getRecordComponents())
                .map(component -> component.getName().toLowerCase(java.util.Locale.ROOT))
                .toList();
        var shown = Arrays.stream(PoolMXBean.class.getMethods())
                .filter(method -> method.getReturnType() == long.class
                        && !method.getName().matches(".*(Millis|Micros)"))
                .map(method -> method.getName().substring(3).toLowerCase(java.util.Locale.ROOT))
                .toList();
        assertThat(counters).containsAll(shown);
    }

    @Test
    void everyComponentOfTheSnapshotIsAnAttribute() {
        var attributes = Arrays.stream(PoolMXBean.class.getMethods())
                .map(Method::getName)
                .filter(name -> name.startsWith("get"))
                .map(name -> name.substring(3, 4).toLowerCase(Locale.ROOT) + name.substring(4))
                .collect(Collectors.toSet());
        // What has no attribute of its own name: the bean's name says the pool, and the rest is there in parts.
        var inParts = Map.of(
                "pool", List.<String>of(),
                "taken", List.<String>of(),
                "counters", List.<String>of(),
                "oldestWait", List.of("oldestWaitMillis"),
                "meanAcquire", List.of("meanAcquireMicros"),
                "meanUse", List.of("meanUseMicros"),
                "lanes", List.of("lanesActive", "lanesWaiting"),
                "ceiling", List.of("maxTotal", "ceilingTotal", "ceilingHeld"));
        Stream.of(PoolSnapshot.class, PoolSnapshot.Counters.class)
                .flatMap(type -> Arrays.stream(type.getRecordComponents()))
                .map(RecordComponent::getName)
                .forEach(component -> assertThat(attributes)
                        .as(component)
                        .containsAll(inParts.getOrDefault(component, List.of(component))));
    }

    @Test
    void showsLanesAndMeans() throws Exception {
        try (var pool = new WellheadDataSource(
                        config("laned").lanes(List.of(Lane.of("batch", 0, 1))).build());
                var connection = pool.lane("batch").getConnection()) {
            assertThat(connection.isClosed()).isFalse();
            var bean = JMX.newMXBeanProxy(server, name("laned"), PoolMXBean.class);
            assertThat(bean.getLanesActive()).containsEntry("batch", 1).containsEntry("default", 0);
            assertThat(bean.getLanesWaiting()).containsEntry("batch", 0);
            assertThat(bean.getUtilizationPercent()).isBetween(33.0, 34.0);
            assertThat(bean.getHealthy()).isEqualTo(1);
            assertThat(bean.getOpenAttempts()).isEqualTo(1);
            assertThat(bean.getReconnected()).isZero();
            assertThat(bean.getPeakActive()).isEqualTo(1);
            assertThat(bean.getCeilingHeld() + bean.getCeilingTotal()).isZero();
            assertThat(bean.getNested() + bean.getWouldRefuse() + bean.getValidated())
                    .isZero();
        }
    }
}
