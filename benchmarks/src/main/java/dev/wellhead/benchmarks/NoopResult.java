// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.benchmarks;

import java.math.BigDecimal;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.sql.Statement;
import java.sql.Types;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The one row {@link Visitor#ANSWER}, again and again. */
final class NoopResult extends RefusingResultSet {

    /** Boxed here, as an answer must not allocate. */
    private static final List<Object> VALUES = List.of(
            Visitor.ANSWER.id(),
            Visitor.ANSWER.name(),
            Visitor.ANSWER.email(),
            Visitor.ANSWER.visits(),
            Visitor.ANSWER.active(),
            Visitor.ANSWER.balance());

    private final Statement statement;
    private final MetaData metaData;
    private int row;

    /** @param labels of its columns */
    NoopResult(Statement statement, String... labels) {
        this.statement = statement;
        this.metaData = new MetaData(labels);
    }

    NoopResult begin() {
        row = 0;
        return this;
    }

    @Override
    public boolean next() {
        row++;
        return row == 1;
    }

    @Override
    public boolean isBeforeFirst() {
        return row == 0;
    }

    @Override
    public int getRow() {
        return row;
    }

    @Override
    public int findColumn(String label) throws SQLException {
        for (int i = 0; i < metaData.labels.length; i++) {
            if (metaData.labels[i].equalsIgnoreCase(label)) {
                return i + 1;
            }
        }
        throw new SQLException("no column " + label);
    }

    @Override
    public Object getObject(int index) {
        return VALUES.get(index - 1);
    }

    @Override
    public <T> T getObject(int index, Class<T> type) {
        return type.cast(VALUES.get(index - 1));
    }

    @Override
    public long getLong(int index) {
        return ((Number) VALUES.get(index - 1)).longValue();
    }

    @Override
    public int getInt(int index) {
        return ((Number) VALUES.get(index - 1)).intValue();
    }

    @Override
    public boolean getBoolean(int index) {
        return (Boolean) VALUES.get(index - 1);
    }

    @Override
    public String getString(int index) {
        return (String) VALUES.get(index - 1);
    }

    @Override
    public BigDecimal getBigDecimal(int index) {
        return (BigDecimal) VALUES.get(index - 1);
    }

    @Override
    public boolean wasNull() {
        return false;
    }

    @Override
    public ResultSetMetaData getMetaData() {
        return metaData;
    }

    @Override
    public Statement getStatement() {
        return statement;
    }

    @Override
    public @Nullable SQLWarning getWarnings() {
        return null;
    }

    @Override
    public void clearWarnings() {}

    @Override
    public int getType() {
        return TYPE_FORWARD_ONLY;
    }

    @Override
    public int getConcurrency() {
        return CONCUR_READ_ONLY;
    }

    @Override
    public boolean isClosed() {
        return false;
    }

    @Override
    public void close() {}

    @Override
    public boolean isWrapperFor(Class<?> type) {
        return type.isInstance(this);
    }

    /** Its columns. */
    private static final class MetaData extends RefusingResultSetMetaData {
        private static final int[] TYPES = {
            Types.BIGINT, Types.VARCHAR, Types.VARCHAR, Types.INTEGER, Types.BOOLEAN, Types.NUMERIC
        };
        private static final String[] TYPE_NAMES = {"bigint", "varchar", "varchar", "integer", "boolean", "numeric"};
        private static final String[] CLASS_NAMES = {
            Long.class.getName(),
            String.class.getName(),
            String.class.getName(),
            Integer.class.getName(),
            Boolean.class.getName(),
            BigDecimal.class.getName()
        };

        private final String[] labels;

        MetaData(String... labels) {
            this.labels = labels;
        }

        @Override
        public int getColumnCount() {
            return labels.length;
        }

        @Override
        public String getColumnLabel(int index) {
            return labels[index - 1];
        }

        @Override
        public String getColumnName(int index) {
            return labels[index - 1];
        }

        @Override
        public int getColumnType(int index) {
            return TYPES[index - 1];
        }

        @Override
        public String getColumnTypeName(int index) {
            return TYPE_NAMES[index - 1];
        }

        @Override
        public String getColumnClassName(int index) {
            return CLASS_NAMES[index - 1];
        }

        @Override
        public int getColumnDisplaySize(int index) {
            return 35;
        }

        @Override
        public String getTableName(int index) {
            return "visitor";
        }

        @Override
        public int isNullable(int index) {
            return columnNoNulls;
        }
    }
}
