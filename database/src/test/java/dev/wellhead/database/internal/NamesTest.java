// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NamesTest {

    @ParameterizedTest
    @CsvSource({
        "streetName, street_name",
        "street, street",
        "iD, i_d",
        "URL, url",
        "htmlURL, html_url",
        "URLName, url_name",
        "x1, x1",
        "line1, line1",
        "line1Text, line1_text",
        "first_name, first_name",
        "first_Name, first_name",
        "address.street, address_street",
        "address.streetName, address_street_name",
        "_id, _id"
    })
    void snakeCase(String component, String column) {
        assertThat(Names.snakeCase(component)).isEqualTo(column);
    }

    @ParameterizedTest
    @CsvSource({
        "streetName, street_name",
        "streetName, STREET_NAME",
        "streetName, streetname",
        "streetName, streetName",
        "iD, id",
        "iD, ID",
        "URL, url",
        "line1, line_1",
        "line_1, line1",
        "x1, X_1",
        "address.street, address_street",
        "address.street, address.street",
        "address.street, addressStreet"
    })
    void namesOfOneThingAreTheSame(String component, String label) {
        assertThat(Names.normal(label)).isEqualTo(Names.normal(component));
    }

    @ParameterizedTest
    @CsvSource({"name, names", "line1, line2", "a, b", "street, street2"})
    void namesOfTwoThingsDiffer(String component, String label) {
        assertThat(Names.normal(label)).isNotEqualTo(Names.normal(component));
    }

    /** A Turkish default locale has a lower-case I without a dot. */
    @Test
    void doesNotDependOnTheLocale() {
        var before = Locale.getDefault();
        Locale.setDefault(Locale.forLanguageTag("tr"));
        try {
            assertThat(Names.normal("ID")).isEqualTo("id");
            assertThat(Names.snakeCase("itemID")).isEqualTo("item_id");
        } finally {
            Locale.setDefault(before);
        }
    }

    /** Whatever the name, its column is found again, in any case, and writing the column's name twice is no change. */
    @RepeatedTest(200)
    void columnOfAnyNameIsFoundAgain(RepetitionInfo repetition) {
        var name = name(new Random(repetition.getCurrentRepetition()));
        var column = Names.snakeCase(name);
        assertThat(Names.normal(column)).as(name).isEqualTo(Names.normal(name));
        assertThat(Names.normal(column.toUpperCase(Locale.ROOT))).as(name).isEqualTo(Names.normal(name));
        assertThat(Names.snakeCase(column)).as(name).isEqualTo(column);
    }

    private static String name(Random random) {
        var letters = "abcxyzABCXYZ019_";
        var name = new StringBuilder("n");
        int length = random.nextInt(12);
        for (int i = 0; i < length; i++) {
            name.append(letters.charAt(random.nextInt(letters.length())));
        }
        return name.toString();
    }
}
