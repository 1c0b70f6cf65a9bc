// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wellhead.testkit.FakeBehavior;
import dev.wellhead.testkit.FakeDriver;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which errors of a connect say that the server does not take the login. */
class RefusedLoginTest {

    @ParameterizedTest
    @CsvSource({
        // PostgreSQL, MySQL and MariaDB, H2; Oracle's ORA-01017; SQL Server's "Login failed for user".
        "28P01,     0, true",
        "28000,  1045, true",
        "28000, 28000, true",
        "72000,  1017, true",
        "S0001, 18456, true",
        // The same states with other codes, the codes in other states, and what has nothing to do with a login.
        "72000,  1013, false",
        "S0001,  4060, false",
        "42000,  1017, false",
        "08001, 18456, false",
        "08001,     0, false",
        "53300,     0, false",
        "     ,     0, false"
    })
    void refusalAsksTheProviderAgain(String sqlState, int code, boolean isRefusal) throws Exception {
        var again = new AtomicInteger();
        var provider = new CredentialsProvider() {
            @Override
            public Credentials credentials() {
                return Credentials.of("app", "old");
            }

            @Override
            public Credentials credentialsAfterRefusal(Credentials refused) {
                again.incrementAndGet();
                return Credentials.of("app", "new");
            }
        };
        try (var driver = FakeDriver.create();
                var pool = new WellheadDataSource(PoolConfig.builder()
                        .jdbcUrl(driver.url())
                        .credentials(provider)
                        .startMode(StartMode.LAZY)
                        .minIdle(0)
                        .createRetryInterval(Duration.ofMillis(20))
                        .build())) {
            driver.nextOpens(FakeBehavior.fail("no", sqlState, code));
            pool.getConnection().close();
            assertThat(again).hasValue(isRefusal ? 1 : 0);
            assertThat(pool.snapshot().counters().openFailed()).isEqualTo(isRefusal ? 0 : 1);
        }
    }
}
