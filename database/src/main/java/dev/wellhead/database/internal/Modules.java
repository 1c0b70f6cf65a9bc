// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database.internal;

/** What to say of a record that its module keeps to itself. */
final class Modules {
    private Modules() {}

    static String closed(Class<?> type) {
        Module ours = Modules.class.getModule();
        String line = "opens " + type.getPackageName() + (ours.isNamed() ? " to " + ours.getName() : "") + ";";
        return "its module " + type.getModule().getName() + " does not open package " + type.getPackageName()
                + " to this library; add the line \"" + line + "\" to its module-info.java, or use a RowMapper";
    }
}
