// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RecordValuesTest {

    private record Address(String streetName, int number) {}

    private record Person(long id, Address home, Optional<Address> work, List<String> nickNames) {}

    private record Generic<T>(Optional<T> value, Optional<Generic<T>> next) {}

    private record Angry(int id) {
        @Override
        @SuppressWarnings("UnusedMethod") // Is called by name.
        public int id() {
            throw new UnsupportedOperationException("no id");
        }
    }

    private static final RecordValues VALUES = RecordValues.of(Person.class);

    @Test
    void namesAreThoseOfTheComponentsAndOfNestedOnes() {
        assertThat(VALUES.names())
                .containsExactly("id", "home.streetName", "home.number", "work.streetName", "work.number", "nickNames");
        assertThat(RecordValues.column("home.streetName")).isEqualTo("home_street_name");
    }

    @Test
    void componentIsFoundByItsNameAndInSnakeCase() {
        assertThat(VALUES.indexOf("nickNames")).isEqualTo(5);
        assertThat(VALUES.indexOf("nick_names")).isEqualTo(5);
        assertThat(VALUES.indexOf("home.streetName")).isEqualTo(1);
        assertThat(VALUES.indexOf("home_street_name")).isEqualTo(1);
        assertThat(VALUES.indexOf("home")).isEqualTo(-1);
        assertThat(VALUES.indexOf("NICKNAMES")).isEqualTo(-1);
    }

    @Test
    void valuesAreThoseOfTheRecordAndNullWithinNothing() {
        var person = new Person(7, new Address("a", 1), Optional.of(new Address("b", 2)), List.of("x"));
        assertThat(values(person)).containsExactly(7L, "a", 1, "b", 2, List.of("x"));
        assertThat(values(new Person(7, null, Optional.empty(), null)))
                .containsExactly(7L, null, null, null, null, null);
    }

    @Test
    void recordWithinItselfIsAValueAsItIs() {
        var inner = new Generic<>(Optional.of("x"), Optional.<Generic<String>>empty());
        var outer = new Generic<>(Optional.of("y"), Optional.of(inner));
        var values = RecordValues.of(Generic.class);
        assertThat(values.names()).containsExactly("value", "next");
        assertThat(values.value(outer, 1)).isEqualTo(Optional.of(inner));
    }

    @Test
    void exceptionOfAnAccessorComesThroughAsItIs() {
        assertThatThrownBy(() -> RecordValues.of(Angry.class).value(new Angry(1), 0))
                .isExactlyInstanceOf(UnsupportedOperationException.class)
                .hasMessage("no id");
    }

    private static List<Object> values(Person person) {
        List<Object> values = new java.util.ArrayList<>();
        for (int i = 0; i < VALUES.names().size(); i++) {
            values.add(VALUES.value(person, i));
        }
        return values;
    }
}
