// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.sql;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What statements have in common that differ in nothing but their values: strings, numbers and placeholders are one, lists
 * of them after {@code IN}, in {@code ARRAY[..]} and the rows of {@code VALUES} have no length, and comments, blanks, the
 * case of words and semicolons at the end do not count.
 *
 * <p>The rules of quoting are those of {@link SqlText}.
 *
 * @param id the same for the same kind of statement, in every process and version; two kinds have the same with a chance
 *     of one in 2<sup>64</sup>
 * @param text of the first {@value #LONGEST} characters, without values: safe to show as far as names are
 */
public record SqlFingerprint(long id, String text) {

    /** The longest shown text, in characters. */
    public static final int LONGEST = 2_000;

    private static final String VALUE = "?";
    private static final String MORE = "...";
    private static final long FNV_BASIS = 0xcbf29ce484222325L;
    private static final long FNV_PRIME = 0x100000001b3L;

    /** A piece as it is shown. */
    private record Piece(TokenKind kind, String shown, boolean hasRoom) {

        boolean isWord(String word) {
            return kind == TokenKind.WORD && shown.equalsIgnoreCase(word);
        }

        boolean isValue() {
            return kind == TokenKind.QUESTION;
        }

        /** What may stand in a list of values. */
        boolean isOfList() {
            return isValue()
                    || kind == TokenKind.COMMA
                    || shown.equals("-")
                    || shown.equals("+")
                    || isWord("NULL")
                    || isWord("DEFAULT");
        }
    }

    /**
     * The fingerprint of a text, in time linear in its length. From a string, name or comment that never ends nothing is
     * shown or counted.
     */
    public static SqlFingerprint of(String sql) {
        var pieces = withoutLists(pieces(sql));
        while (!pieces.isEmpty() && pieces.get(pieces.size() - 1).kind() == TokenKind.SEMICOLON) {
            pieces.remove(pieces.size() - 1);
        }
        long hash = FNV_BASIS;
        var text = new StringBuilder();
        for (var piece : pieces) {
            hash = mixed(hash, piece);
            if (text.length() < LONGEST) {
                text.append(piece.hasRoom() && !text.isEmpty() ? " " : "").append(piece.shown());
            }
        }
        if (text.length() > LONGEST) {
            text.setLength(LONGEST);
        }
        return new SqlFingerprint(hash, text.toString());
    }

    /** That of a text which is no SQL and holds no values: texts are one statement if they are the same. */
    public static SqlFingerprint ofPlain(String text) {
        long hash = FNV_BASIS;
        for (int i = 0; i < text.length(); i++) {
            hash = (hash ^ text.charAt(i)) * FNV_PRIME;
        }
        return new SqlFingerprint(hash, text.length() > LONGEST ? text.substring(0, LONGEST) : text);
    }

    /** The id as people see it: 16 hexadecimal digits. */
    public String idText() {
        return String.format(Locale.ROOT, "%016x", id);
    }

    /**
     * The id that was shown so.
     *
     * @throws IllegalArgumentException when it is not 1 to 16 hexadecimal digits
     */
    public static long idOf(String text) {
        try {
            return Long.parseUnsignedLong(text, 16);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("no fingerprint: give its 16 hexadecimal digits", e);
        }
    }

    private static long mixed(long before, Piece piece) {
        long hash = before;
        var shown = piece.kind() == TokenKind.WORD ? piece.shown().toLowerCase(Locale.ROOT) : piece.shown();
        for (int i = 0; i < shown.length(); i++) {
            hash = (hash ^ shown.charAt(i)) * FNV_PRIME;
        }
        // Between two pieces, so that "ab" is not "a b".
        return (hash ^ ' ') * FNV_PRIME;
    }

    private static List<Piece> pieces(String sql) {
        var lexer = new SqlLexer(sql);
        List<Piece> pieces = new ArrayList<>();
        int end = 0;
        try {
            for (var token = lexer.next(); token.kind() != TokenKind.END; token = lexer.next()) {
                add(pieces, piece(sql, token, token.start() > end));
                end = token.end();
            }
        } catch (IllegalArgumentException neverEnds) {
            pieces.add(new Piece(TokenKind.SYMBOL, MORE, true));
        }
        return pieces;
    }

    private static Piece piece(String sql, Token token, boolean hasRoom) {
        return switch (token.kind()) {
            case STRING, NUMBER, NAMED, QUESTION -> new Piece(TokenKind.QUESTION, VALUE, hasRoom);
            default -> new Piece(token.kind(), sql.substring(token.start(), token.end()), hasRoom);
        };
    }

    /** Adds it; a number right after a dollar is a placeholder together with it. */
    private static void add(List<Piece> pieces, Piece piece) {
        int last = pieces.size() - 1;
        if (piece.isValue()
                && !piece.hasRoom()
                && last >= 0
                && pieces.get(last).shown().equals("$")) {
            pieces.set(last, new Piece(piece.kind(), VALUE, pieces.get(last).hasRoom()));
        } else {
            pieces.add(piece);
        }
    }

    private static List<Piece> withoutLists(List<Piece> pieces) {
        List<Piece> kept = new ArrayList<>(pieces.size());
        for (int i = 0; i < pieces.size(); i++) {
            var piece = pieces.get(i);
            kept.add(piece);
            if (piece.isWord("IN") || piece.isWord("ARRAY")) {
                int end = endOfList(pieces, i + 1);
                if (end > 0) {
                    kept.add(pieces.get(i + 1));
                    kept.add(new Piece(TokenKind.SYMBOL, MORE, false));
                    kept.add(pieces.get(end));
                    i = end;
                }
            } else if (piece.isWord("VALUES")) {
                i = endOfRows(pieces, i, kept);
            }
        }
        return kept;
    }

    /** Keeps the first row and says whether more follow; returns the last piece that was dealt with. */
    private static int endOfRows(List<Piece> pieces, int values, List<Piece> kept) {
        int end = endOfList(pieces, values + 1);
        if (end < 0) {
            return values;
        }
        kept.addAll(pieces.subList(values + 1, end + 1));
        int last = end;
        while (last + 1 < pieces.size() && pieces.get(last + 1).kind() == TokenKind.COMMA) {
            int next = endOfList(pieces, last + 2);
            if (next < 0) {
                break;
            }
            last = next;
        }
        if (last > end) {
            kept.add(new Piece(TokenKind.COMMA, ",", false));
            kept.add(new Piece(TokenKind.SYMBOL, MORE, true));
        }
        return last;
    }

    /** Where the brackets close that open there and hold nothing but values; -1: they do not. */
    private static int endOfList(List<Piece> pieces, int open) {
        if (open >= pieces.size() || pieces.get(open).kind() != TokenKind.OPEN) {
            return -1;
        }
        boolean hasValue = false;
        for (int i = open + 1; i < pieces.size(); i++) {
            var piece = pieces.get(i);
            if (piece.kind() == TokenKind.CLOSE) {
                return hasValue ? i : -1;
            }
            if (!piece.isOfList()) {
                return -1;
            }
            hasValue |= piece.isValue();
        }
        return -1;
    }
}
