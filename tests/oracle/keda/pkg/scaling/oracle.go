package scaling

// Laid over KEDA's package: what the oracle needs of it that is not exported.

import (
	"context"
	"sync"

	kedav1alpha1 "github.com/kedacore/keda/v2/apis/keda/v1alpha1"
	"github.com/kedacore/keda/v2/pkg/scaling/cache"
	"github.com/kedacore/keda/v2/pkg/scaling/cache/metricscache"
)

// OracleCheck is one poll.
func OracleCheck(ctx context.Context, handler ScaleHandler, object kedav1alpha1.ScalableObject) {
	handler.(*scaleHandler).checkScalers(ctx, object, &sync.Mutex{})
}

// OracleCache puts scalers in the place of those that would be built.
func OracleCache(handler ScaleHandler, key string, scalers *cache.ScalersCache) {
	h := handler.(*scaleHandler)
	h.scalerCachesLock.Lock()
	defer h.scalerCachesLock.Unlock()
	if scalers == nil {
		delete(h.scalerCaches, key)
	} else {
		h.scalerCaches[key] = scalers
	}
}

// OracleRecords sets what the HPA's queries saw.
func OracleRecords(handler ScaleHandler, key string, records map[string]metricscache.MetricsRecord) {
	h := handler.(*scaleHandler)
	h.scaledObjectsMetricCache.Delete(key)
	for name, record := range records {
		h.scaledObjectsMetricCache.StoreRecord(key, name, record)
	}
}
