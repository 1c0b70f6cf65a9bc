// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.DoubleNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TableTest {
    private static final String HOSTILE =
            "a\u001b]0;title\u0007\u009b31m\u202eb\n\tc\u0000\ud800 \ud83d\ude80 \u6f22\u5b57";

    @Test
    void columnsStandUnderTheirTitles() {
        var table =
                new Table("NAME", ">CALLS", "TEXT").row("shop", "7", "SELECT 1").row("a", "1234567", "COMMIT");

        assertThat(table.lines(0))
                .containsExactly("NAME    CALLS  TEXT", "shop        7  SELECT 1", "a     1234567  COMMIT");
    }

    @ParameterizedTest
    @ValueSource(ints = {20, 40, 80, 200})
    void noLineIsWiderThanTheTerminal(int width) {
        var table = new Table("NAME", "?>ROWS", ">CALLS", "TEXT")
                .row("a name that takes more than its column may", "12", "7", "SELECT ".repeat(40))
                .row("\u6f22\u5b57", "1", "8", "\u6f22\u5b57".repeat(100));

        assertThat(table.lines(width))
                .allSatisfy(line -> assertThat(SafeText.width(line)).isBetween(1, width));
    }

    @Test
    void narrowTerminalMissesWhatCanBeMissedAndAFileGetsAll() {
        var long40 = "x".repeat(40);
        var table = new Table("NAME", "?>ROWS", "TEXT").row("shop", "12", long40);

        assertThat(table.lines(40).get(0)).isEqualTo("NAME  TEXT");
        assertThat(table.lines(40).get(1)).endsWith("xxx...");
        assertThat(table.lines(60)).containsExactly("NAME  ROWS  TEXT", "shop    12  " + long40);
        assertThat(table.lines(0).get(1)).endsWith(long40);
    }

    @Test
    void hostileTextStaysOnItsLineAndMovesNothing() {
        var line = new Table("A", "B").row("x", HOSTILE).lines(0).get(1);

        assertThat(line).isEqualTo("x  a?]0;title??31m?b c?? \ud83d\ude80 \u6f22\u5b57");
        assertThat(line.codePoints().noneMatch(Character::isISOControl)).isTrue();
    }

    @Test
    void hostileJsonMeansTheSameAndHoldsNoControl() throws Exception {
        var json = "{\"a\" : \"x\u009b31m\u007f\u202e\ue000\",\n\"b\":1}";

        var safe = SafeText.json(json);

        assertThat(safe).isEqualTo("{\"a\" : \"x\\u009b31m\\u007f\\u202e\\ue000\",\n\"b\":1}");
        assertThat(Json.read(safe)).isEqualTo(Json.read(json));
    }

    @Test
    void widthIsThatOfStty() {
        assertThat(Tty.columns("24 132\n")).isEqualTo(132);
        assertThat(Tty.columns("0 0")).isEqualTo(Tty.USUAL_COLUMNS);
        assertThat(Tty.columns("")).isEqualTo(Tty.USUAL_COLUMNS);
        assertThat(Tty.columns("stty: no")).isEqualTo(Tty.USUAL_COLUMNS);
    }

    @ParameterizedTest
    @CsvSource({"0.456,0.46 ms", "45.61,45.6 ms", "999,999 ms", "1500,1.5 s", "180000,3 min", "36000000,10 h"})
    void timesHaveTheUnitThatSuitsThem(double millis, String text) {
        assertThat(Amounts.time(DoubleNode.valueOf(millis))).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({"0,0", "12.34,12.3", "9999,9999", "12345,12k", "3400000,3.4M", "7000000000,7.0G"})
    void countsStayShort(double number, String text) {
        assertThat(Amounts.count(DoubleNode.valueOf(number))).isEqualTo(text);
    }

    @Test
    void whatIsMissingIsADash() {
        JsonNode missing = MissingNode.getInstance();

        assertThat(Amounts.time(missing) + Amounts.count(missing) + Amounts.percent(missing) + Amounts.clock(missing))
                .isEqualTo("----");
    }
}
