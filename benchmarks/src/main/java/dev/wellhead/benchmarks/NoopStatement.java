// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.benchmarks;

import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLWarning;
import org.jspecify.annotations.Nullable;

/** Takes any parameter and answers one row. */
final class NoopStatement extends RefusingPreparedStatement {
    private final Connection connection;
    private final NoopResult result;
    private boolean isResultTaken;
    private long parameters;

    /** @param labels of the columns of its answer */
    NoopStatement(Connection connection, String... labels) {
        this.connection = connection;
        this.result = new NoopResult(this, labels);
    }

    /** So that setting them is not compiled away. */
    long parameters() {
        return parameters;
    }

    @Override
    public ResultSet executeQuery() {
        return result.begin();
    }

    @Override
    public boolean execute() {
        isResultTaken = false;
        result.begin();
        return true;
    }

    @Override
    public @Nullable ResultSet getResultSet() {
        return isResultTaken ? null : result;
    }

    @Override
    public boolean getMoreResults() {
        isResultTaken = true;
        return false;
    }

    @Override
    public boolean getMoreResults(int current) {
        isResultTaken = true;
        return false;
    }

    @Override
    public int getUpdateCount() {
        return -1;
    }

    @Override
    public int executeUpdate() {
        return 1;
    }

    @Override
    public void setLong(int index, long value) {
        parameters += value;
    }

    @Override
    public void setInt(int index, int value) {
        parameters += value;
    }

    @Override
    public void setString(int index, String value) {
        parameters += value.length();
    }

    @Override
    public void setBoolean(int index, boolean value) {
        parameters++;
    }

    @Override
    public void setBigDecimal(int index, BigDecimal value) {
        parameters++;
    }

    @Override
    public void setNull(int index, int type) {
        parameters++;
    }

    @Override
    public void setObject(int index, @Nullable Object value) {
        parameters += value instanceof Number number ? number.longValue() : 1;
    }

    @Override
    public void setObject(int index, @Nullable Object value, int type) {
        setObject(index, value);
    }

    @Override
    public void clearParameters() {}

    @Override
    public Connection getConnection() {
        return connection;
    }

    @Override
    public void setFetchSize(int rows) {}

    @Override
    public int getFetchSize() {
        return 0;
    }

    @Override
    public void setMaxRows(int rows) {}

    @Override
    public int getMaxRows() {
        return 0;
    }

    @Override
    public void setQueryTimeout(int seconds) {}

    @Override
    public int getQueryTimeout() {
        return 0;
    }

    @Override
    public @Nullable SQLWarning getWarnings() {
        return null;
    }

    @Override
    public void clearWarnings() {}

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
}
