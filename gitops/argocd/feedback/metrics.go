package feedback

import "github.com/prometheus/client_golang/prometheus"

// Metrics tells the numbers of a cache. Without one it has names and no numbers.
type Metrics struct{ Cache *Cache }

func count() *prometheus.Desc {
	return prometheus.NewDesc("krowave_cmp_observations", "Observations that are kept, with --observations.", nil, nil)
}

func inSync() *prometheus.Desc {
	return prometheus.NewDesc("krowave_cmp_observations_synced", "1 while the Observations of the cluster are known, 0 while every render fails because they are not.", nil, nil)
}

// Describe implements [prometheus.Collector].
func (m Metrics) Describe(out chan<- *prometheus.Desc) {
	out <- count()
	out <- inSync()
}

// Collect implements [prometheus.Collector].
func (m Metrics) Collect(out chan<- prometheus.Metric) {
	if m.Cache == nil {
		return
	}
	number, synced := m.Cache.state()
	out <- prometheus.MustNewConstMetric(count(), prometheus.GaugeValue, float64(number))
	value := 0.0
	if synced {
		value = 1
	}
	out <- prometheus.MustNewConstMetric(inSync(), prometheus.GaugeValue, value)
}

// state is the number of Observations, and whether they are all that there are.
func (c *Cache) state() (number int, synced bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.all), c.unsynced() == nil
}
