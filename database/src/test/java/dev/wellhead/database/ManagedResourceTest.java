// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.wellhead.database.spi.HealthPart;
import dev.wellhead.database.spi.ManagedResource;
import dev.wellhead.pool.PoolConfig;
import dev.wellhead.pool.PoolSnapshot;
import dev.wellhead.pool.StartMode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What a manager does with what it holds besides its databases. */
class ManagedResourceTest {

    private static final String URL = "jdbc:postgresql://127.0.0.1:1/shop?user=app&password=pw";

    private final List<String> did = Collections.synchronizedList(new ArrayList<>());

    /** Notes what is asked of it; its work ends when it is told. */
    private class Resource implements ManagedResource {
        private final String name;
        private final CountDownLatch work = new CountDownLatch(1);

        Resource(String name) {
            this.name = name;
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public void open() {
            did.add("open " + name);
        }

        @Override
        public boolean drain(Duration limit) throws InterruptedException {
            did.add("drain " + name);
            return work.await(limit.toNanos(), TimeUnit.NANOSECONDS);
        }

        @Override
        public void close() {
            did.add("close " + name);
        }

        @Override
        public PoolSnapshot snapshot() {
            throw new UnsupportedOperationException("nobody asks here");
        }
    }

    private final class Checked extends Resource implements HealthPart {
        Checked(String name) {
            super(name);
        }

        @Override
        public void check() {
            did.add("check " + name());
        }
    }

    private static DatabaseConfig database() {
        return DatabaseConfig.of(PoolConfig.builder()
                .name("orders")
                .jdbcUrl(URL)
                .startMode(StartMode.LAZY)
                .minIdle(0)
                .build());
    }

    @Test
    void areOpenedDrainedAndClosedWithTheDatabases() throws Exception {
        var one = new Resource("one");
        var two = new Resource("two");
        var manager = DatabaseManager.builder()
                .database(database())
                .resource(one)
                .resource(two)
                .open();
        assertThat(did).containsExactly("open one", "open two");
        assertThat(manager.resources()).containsExactly(one, two);
        assertThat(manager.databases()).hasSize(1);
        assertThat(manager.resource("two", Resource.class)).isSameAs(two);
        assertThat(manager.parts()).isEmpty();

        two.work.countDown();
        assertThat(manager.drain(Duration.ofMillis(50))).isFalse();
        one.work.countDown();
        assertThat(manager.drain(Duration.ofSeconds(10))).isTrue();
        manager.close();
        assertThat(did).contains("drain one", "drain two", "close one", "close two");
    }

    @Test
    void oneThatIsAPartIsCheckedUnderItsName() {
        try (var manager =
                DatabaseManager.builder().resource(new Checked("cache")).open()) {
            await().until(() -> did.contains("check cache"));
            assertThat(manager.parts()).extracting(PartReport::name).containsExactly("cache");
        }
    }

    @Test
    void oneThatCannotBeOpenedClosesAllThatWas() {
        var bad = new Resource("bad") {
            @Override
            public void open() {
                throw new IllegalStateException("no server");
            }
        };
        assertThatThrownBy(() -> DatabaseManager.builder()
                        .resource(new Resource("good"))
                        .resource(bad)
                        .resource(new Resource("later"))
                        .open())
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("no server");
        assertThat(did).contains("open good", "close good", "close bad").doesNotContain("open later");
    }

    @Test
    void nameIsTheirOwn() {
        assertThatThrownBy(() -> DatabaseManager.builder()
                        .database(database())
                        .resource(new Resource("orders"))
                        .open())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("resource orders: there is a part, resource or database of that name; rename one");
        assertThat(did).isEmpty();
    }

    @Test
    void unknownNameOrTypeIsAnsweredWithTheKnownOnes() {
        try (var manager =
                DatabaseManager.builder().resource(new Resource("one")).open()) {
            assertThatThrownBy(() -> manager.resource("on", Resource.class))
                    .hasMessage("No Resource is called on; there are: one");
            assertThatThrownBy(() -> manager.resource("one", Checked.class))
                    .hasMessage("No Checked is called one; there are: one");
        }
        try (var manager = DatabaseManager.builder().open()) {
            assertThatThrownBy(() -> manager.resource("one", Resource.class))
                    .hasMessage("No Resource is called one; there is none");
        }
    }
}
