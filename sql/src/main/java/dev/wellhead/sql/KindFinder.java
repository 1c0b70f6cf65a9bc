// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.sql;

import java.util.Arrays;
import java.util.Locale;
import java.util.Set;

/**
 * Finds the {@link StatementKind} of a text. It errs to one side: what it does not know for certain is not called
 * {@link StatementKind#READ}. A view that calls a function that writes cannot be seen in the text.
 */
final class KindFinder {

    /** How a statement on rows begins. */
    private static final Set<String> READING = Set.of("SELECT", "VALUES", "TABLE", "WITH");

    private static final Set<String> WRITING = Set.of("INSERT", "UPDATE", "DELETE", "MERGE", "REPLACE", "UPSERT");

    /** With one of these a statement that begins like a reading one may write, lock, or end elsewhere than at the caller. */
    private static final Set<String> NOT_READING = Set.of(
            "INSERT", "UPDATE", "DELETE", "MERGE", "REPLACE", "UPSERT", "INTO", "CALL", "EXECUTE", "LOCK", "SHARE");

    /** Before a bracket these are words of the language. */
    private static final Set<String> WORDS = words("""
            all and any array as asc between by case cast char character cross cube cume_dist current decimal desc
            distinct else end except exists extract fetch filter first float for from group groups having ilike in inner
            intersect interval is join last lateral left like limit materialized natural not nulls numeric offset on
            only or order ordinality over overlaps partition preceding range recursive right rollup row rows select sets
            similar some symmetric tablesample then time timestamp timestamptz to union unbounded using values varchar
            when where window with within
            """);

    /** Functions that change nothing, neither rows nor sequences nor the session. */
    private static final Set<String> HARMLESS = words("""
            abs acos age array_agg array_append array_cat array_length array_position array_remove array_to_json
            array_to_string ascii asin atan atan2 avg bit_and bit_length bit_or bool_and bool_or btrim cardinality cbrt
            ceil ceiling char_length character_length chr clock_timestamp coalesce coalesce concat concat_ws
            connection_id convert_from convert_to corr cos cot count covar_pop covar_samp curdate current_database
            current_date current_schema current_schemas current_setting current_time current_timestamp current_user
            curtime database date date_add date_bin date_format date_part date_sub date_trunc dateadd datediff datetime
            day dayname dayofmonth dayofweek dayofyear decode degrees dense_rank div encode every exp extract
            factorial field find_in_set first_value floor format format_type from_unixtime gcd gen_random_uuid
            generate_series generate_subscripts greatest group_concat grouping has_table_privilege hex hour if ifnull
            initcap instr isnull json_agg json_array_elements json_array_elements_text json_array_length
            json_build_array json_build_object json_each json_each_text json_extract json_extract_path
            json_extract_path_text json_object json_object_agg json_object_keys json_typeof json_unquote json_value
            jsonb_agg jsonb_array_elements jsonb_array_elements_text jsonb_array_length jsonb_build_array
            jsonb_build_object jsonb_each jsonb_each_text jsonb_extract_path jsonb_extract_path_text jsonb_object_agg
            jsonb_object_keys jsonb_path_exists jsonb_path_query jsonb_pretty jsonb_set jsonb_strip_nulls jsonb_typeof
            julianday justify_days justify_hours justify_interval lag last_day last_value lcase lcm lead least left
            length ln locate log log10 log2 lower lpad ltrim make_date make_interval make_time make_timestamp
            make_timestamptz max md5 microsecond min minute mod month monthname nth_value ntile now nullif num_nonnulls
            num_nulls numnode nvl octet_length overlay percent_rank percentile_cont percentile_disc pg_backend_pid
            pg_column_size pg_database_size pg_get_constraintdef pg_get_expr pg_get_indexdef pg_get_viewdef
            pg_is_in_recovery pg_postmaster_start_time pg_relation_size pg_size_pretty pg_sleep
            pg_table_size pg_total_relation_size pg_typeof phraseto_tsquery pi plainto_tsquery position pow power
            quarter quote_ident quote_literal radians random rand rank regexp_count regexp_instr regexp_like
            regexp_match regexp_matches regexp_replace regexp_split_to_array regexp_split_to_table regexp_substr repeat
            replace reverse right round row_number row_to_json rpad rtrim scale second sha2 sha224 sha256 sha384 sha512
            sign similarity sin sleep split_part sqrt starts_with statement_timestamp std stddev stddev_pop stddev_samp
            str_to_date strftime string_agg string_to_array string_to_table strpos substr substring sum tan
            time_format timediff timestampadd timestampdiff timeofday to_char to_date to_days to_hex to_json to_jsonb
            to_number to_timestamp to_tsquery to_tsvector total transaction_timestamp translate trim trunc truncate
            ts_headline ts_rank ts_rank_cd typeof ucase unhex unicode unistr unix_timestamp unnest upper user utc_date
            utc_time utc_timestamp uuid var_pop var_samp variance version week weekday weekofyear width_bucket
            websearch_to_tsquery year yearweek
            """);

    /** What another lexer than ours may take for the begin of a comment or of an escape, so that words are hidden. */
    private static final String[] AMBIGUOUS = {"\\", "#", "/*!", "/*M!", ":="};

    private final String sql;

    private KindFinder(String sql) {
        this.sql = sql;
    }

    /** @param sql a text that the lexer can read to its end */
    static StatementKind of(String sql) {
        for (var sign : AMBIGUOUS) {
            if (sql.contains(sign)) {
                return StatementKind.OTHER;
            }
        }
        return new KindFinder(sql).find();
    }

    private StatementKind find() {
        var lexer = new SqlLexer(sql);
        var first = lexer.next();
        while (first.kind() == TokenKind.OPEN || first.kind() == TokenKind.SEMICOLON) {
            first = lexer.next();
        }
        var begin = wordOf(first);
        boolean reads = READING.contains(begin);
        if (!reads && !WRITING.contains(begin)) {
            return StatementKind.OTHER;
        }
        boolean isOver = false;
        var beforeLast = new Token(TokenKind.END, 0, 0);
        var last = first;
        for (var token = lexer.next(); token.kind() != TokenKind.END; token = lexer.next()) {
            if (token.kind() == TokenKind.SEMICOLON) {
                isOver = true;
            } else if (isOver) {
                return StatementKind.OTHER;
            }
            reads = reads && !writes(beforeLast, last, token);
            beforeLast = last;
            last = token;
        }
        return reads ? StatementKind.READ : StatementKind.WRITE;
    }

    /** Whether something but reading may begin here. */
    private boolean writes(Token beforeLast, Token last, Token token) {
        boolean isCall = token.kind() == TokenKind.OPEN && sql.charAt(token.start()) == '(';
        if (!isCall) {
            return token.kind() == TokenKind.WORD && NOT_READING.contains(wordOf(token)) && !isFunction(token);
        }
        return switch (last.kind()) {
            case WORD -> !isHarmless(beforeLast, wordOf(last));
            case QUOTED_NAME -> !introducesName(beforeLast);
            default -> false;
        };
    }

    /** {@code replace(..)} and {@code insert(..)} are functions of strings as well. */
    private boolean isFunction(Token token) {
        return wordOf(token).equals("REPLACE") && token.end() < sql.length() && sql.charAt(token.end()) == '(';
    }

    private boolean isHarmless(Token before, String word) {
        if (WORDS.contains(word) || introducesName(before)) {
            return true;
        }
        boolean isQualified = before.kind() == TokenKind.SYMBOL && sql.charAt(before.start()) == '.';
        return !isQualified && HARMLESS.contains(word);
    }

    /** A name with its columns, {@code WITH t(a, b) AS}, or a type with its length, {@code AS varchar(10)}. */
    private boolean introducesName(Token before) {
        return before.isWord(sql, "WITH") || before.isWord(sql, "RECURSIVE") || before.isWord(sql, "AS");
    }

    private String wordOf(Token token) {
        return token.kind() == TokenKind.WORD
                ? sql.substring(token.start(), token.end()).toUpperCase(Locale.ROOT)
                : "";
    }

    private static Set<String> words(String text) {
        return Set.copyOf(Arrays.stream(text.strip().split("\\s+"))
                .map(word -> word.toUpperCase(Locale.ROOT))
                .toList());
    }
}
