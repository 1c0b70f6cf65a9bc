// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database.internal;

import java.sql.SQLException;

class ColumnTypesInTextTest extends ColumnTypes {

    ColumnTypesInTextTest() throws SQLException {
        super(Rows.open());
    }
}
