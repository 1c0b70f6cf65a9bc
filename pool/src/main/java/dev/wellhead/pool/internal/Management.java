// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool.internal;

import dev.wellhead.pool.CeilingUse;
import dev.wellhead.pool.LaneUse;
import dev.wellhead.pool.PoolMXBean;
import dev.wellhead.pool.PoolSnapshot;
import java.lang.management.ManagementFactory;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToIntFunction;
import javax.management.InstanceAlreadyExistsException;
import javax.management.InstanceNotFoundException;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The pool's bean in the platform's MBean server. Nothing else names JMX, which is loaded only where it is asked for. */
final class Management implements PoolMXBean {

    private static final Logger LOG = LoggerFactory.getLogger(Management.class);
    /** Pools of one name. */
    private static final int MOST_OF_A_NAME = 1_000;

    private final Pool pool;
    private final MBeanServer server = ManagementFactory.getPlatformMBeanServer();
    private @Nullable ObjectName name;

    private Management(Pool pool) {
        this.pool = pool;
    }

    /** Registers the pool; one that cannot be is logged and works all the same. Never under a lock of the pool. */
    static Management register(Pool pool) {
        var bean = new Management(pool);
        try {
            bean.register();
        } catch (JMException | RuntimeException e) {
            LOG.warn("jmx bean not registered pool={} cause={}", pool.name(), String.valueOf(e));
        }
        return bean;
    }

    private void register() throws JMException {
        for (int number = 1; number <= MOST_OF_A_NAME; number++) {
            var wanted = new ObjectName(
                    "dev.wellhead:type=Pool,name=" + pool.name() + (number == 1 ? "" : ",number=" + number));
            try {
                name = server.registerMBean(this, wanted).getObjectName();
                return;
            } catch (InstanceAlreadyExistsException taken) {
                LOG.debug("jmx name is taken name={}", wanted, taken);
            }
        }
        throw new InstanceAlreadyExistsException(MOST_OF_A_NAME + " pools are called " + pool.name());
    }

    /** Takes the bean out; again it does nothing. */
    void unregister() {
        var registered = name;
        if (registered == null) {
            return;
        }
        try {
            server.unregisterMBean(registered);
        } catch (InstanceNotFoundException gone) {
            LOG.debug("jmx bean is gone already pool={}", pool.name(), gone);
        } catch (JMException | RuntimeException e) {
            LOG.warn("jmx bean not unregistered pool={} cause={}", pool.name(), String.valueOf(e));
        }
    }

    private PoolSnapshot now() {
        return pool.snapshot();
    }

    private static Map<String, Long> byName(Map<? extends Enum<?>, Long> counts) {
        var named = new TreeMap<String, Long>();
        counts.forEach((reason, count) -> named.put(reason.name(), count));
        return named;
    }

    private Map<String, Integer> byLane(ToIntFunction<LaneUse> value) {
        var named = new TreeMap<String, Integer>();
        now().lanes().forEach(lane -> named.put(lane.lane(), value.applyAsInt(lane)));
        return named;
    }

    @Override
    public String getState() {
        return now().state().name();
    }

    @Override
    public int getActive() {
        return now().active();
    }

    @Override
    public int getIdle() {
        return now().idle();
    }

    @Override
    public int getOpening() {
        return now().opening();
    }

    @Override
    public int getValidating() {
        return now().validating();
    }

    @Override
    public int getTotal() {
        return now().total();
    }

    @Override
    public int getHealthy() {
        return now().healthy();
    }

    @Override
    public int getWaiting() {
        return now().waiting();
    }

    @Override
    public int getMaxSize() {
        return now().maxSize();
    }

    @Override
    public int getMinIdle() {
        return now().minIdle();
    }

    @Override
    public double getUtilizationPercent() {
        return now().utilizationPercent();
    }

    @Override
    public int getPeakActive() {
        return now().peakActive();
    }

    @Override
    public double getMeanActive() {
        return now().meanActive();
    }

    @Override
    public Map<String, Integer> getLanesActive() {
        return byLane(LaneUse::held);
    }

    @Override
    public Map<String, Integer> getLanesWaiting() {
        return byLane(LaneUse::waiting);
    }

    @Override
    public int getMaxTotal() {
        return now().ceiling().map(CeilingUse::maxTotal).orElse(0);
    }

    @Override
    public int getCeilingTotal() {
        return now().ceiling().map(CeilingUse::total).orElse(0);
    }

    @Override
    public int getCeilingHeld() {
        return now().ceiling().map(CeilingUse::held).orElse(0);
    }

    @Override
    public long getOldestWaitMillis() {
        return now().oldestWait().toMillis();
    }

    @Override
    public long getMeanAcquireMicros() {
        return now().meanAcquire().toNanos() / 1_000;
    }

    @Override
    public long getMeanUseMicros() {
        return now().meanUse().toNanos() / 1_000;
    }

    @Override
    public long getDirect() {
        return now().counters().direct();
    }

    @Override
    public long getWaited() {
        return now().counters().waited();
    }

    @Override
    public Map<String, Long> getRefused() {
        return byName(now().counters().refused());
    }

    @Override
    public long getReleased() {
        return now().counters().released();
    }

    @Override
    public long getOpened() {
        return now().counters().opened();
    }

    @Override
    public long getOpenAttempts() {
        return now().counters().openAttempts();
    }

    @Override
    public long getReconnected() {
        return now().counters().reconnected();
    }

    @Override
    public long getOpenFailed() {
        return now().counters().openFailed();
    }

    @Override
    public Map<String, Long> getClosed() {
        return byName(now().counters().closed());
    }

    @Override
    public long getValidated() {
        return now().counters().validated();
    }

    @Override
    public long getErrors() {
        return now().counters().errors();
    }

    @Override
    public long getLeaksSuspected() {
        return now().counters().leaksSuspected();
    }

    @Override
    public long getRolledBack() {
        return now().counters().rolledBack();
    }

    @Override
    public long getNested() {
        return now().counters().nested();
    }

    @Override
    public long getWouldRefuse() {
        return now().counters().wouldRefuse();
    }

    @Override
    public String getLastOpenFailure() {
        return now().lastOpenFailure()
                .map(failure -> failure.at() + " " + failure.sqlState() + " " + failure.message())
                .orElse("");
    }

    @Override
    public void pause() {
        pool.pause();
    }

    @Override
    public void resume() {
        pool.resume();
    }

    @Override
    public void evictAll() {
        pool.evictAll();
    }

    @Override
    public void reset() {
        pool.reset();
    }
}
