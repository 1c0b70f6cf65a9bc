// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.logback;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxy;
import dev.wellhead.database.ErrorReport;
import java.util.List;

/** What a line of the log says of its exception: bounded and masked. */
final class Errors {

    private static final ErrorReport NONE = new ErrorReport(List.of(), 0);

    private Errors() {}

    static ErrorReport of(ILoggingEvent event) {
        return event.getThrowableProxy() instanceof ThrowableProxy proxy ? ErrorReport.of(proxy.getThrowable()) : NONE;
    }
}
