// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wellhead.pool.EvictReason;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.sql.Connection;
import java.sql.SQLClientInfoException;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Every method of the six JDBC interfaces reaches the driver through its handle. */
class HandleCompletenessTest {

    /** Answered by the handles themselves. */
    private static final Set<String> ANSWERED_HERE = Set.of("getConnection", "getStatement");

    private static boolean isAnsweredHere(Class<?> iface, Method method) {
        return ANSWERED_HERE.contains(method.getName())
                || (iface == Connection.class && method.getName().equals("close"));
    }

    private interface Check {
        void run(Handed handed, Object handle, Method method) throws Throwable;
    }

    private static Stream<DynamicTest> eachMethod(Check check) throws Exception {
        return Handed.eachMethod(
                Handed.INTERFACES,
                (iface, m) -> !isAnsweredHere(iface, m),
                (handed, iface, method) -> check.run(handed, handed.all().get(iface), method));
    }

    @TestFactory
    Stream<DynamicTest> delegatesWithItsArguments() throws Exception {
        return eachMethod((handed, handle, method) -> {
            var arguments = Handed.arguments(method);
            Handed.call(handle, method, arguments);
            assertThat(handed.driver().calls())
                    .filteredOn(c -> c.name().equals(method.getName()))
                    .extracting(RecordingDriver.Call::arguments)
                    .containsExactly(Arrays.asList(arguments));
        });
    }

    @TestFactory
    Stream<DynamicTest> throwsWhatTheDriverThrowsAndTellsThePool() throws Exception {
        // Of this type because each method may throw it.
        var error = new SQLClientInfoException("made up", "08006", Map.of());
        return eachMethod((handed, handle, method) -> {
            if (method.getExceptionTypes().length == 0) {
                return;
            }
            handed.driver().failWith(error);
            assertThatThrownBy(() -> Handed.call(handle, method)).isSameAs(error);
            // Aborted: by abort itself.
            assertThat(handed.entry().evictReason()).isIn(EvictReason.BROKEN, EvictReason.ABORTED);
        });
    }

    @Test
    void leavesNoMethodToTheInterface() throws Exception {
        var handed = Handed.make();
        for (var iface : Handed.INTERFACES) {
            var handle = handed.all().get(iface);
            assertThat(Handed.methods(iface, handle))
                    .as(iface.getName())
                    .isNotEmpty()
                    .noneMatch(m -> Handed.isLeftToDefault(m, handle));
        }
    }

    @Test
    void holdsTheEntryTheNumberOfTheLeaseAndWhereItComesFromAndNothingElse() {
        var fields = Stream.<Class<?>>iterate(ConnectionHandle.class, c -> c != Object.class, c -> c.getSuperclass())
                .flatMap(c -> Stream.of(c.getDeclaredFields()))
                .filter(f -> !Modifier.isStatic(f.getModifiers()))
                .toList();

        // With a header of 12 bytes these are 24; one more would be 32, for each acquire.
        assertThat(fields)
                .extracting(field -> field.getType().getSimpleName())
                .containsExactlyInAnyOrder("PoolEntry", "int", "Away");
    }
}
