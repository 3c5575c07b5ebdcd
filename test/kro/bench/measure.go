package bench

import (
	"cmp"
	"fmt"
	"runtime"
	"slices"
	"time"
)

// Cost is what one repetition of some work costs.
type Cost struct {
	Time   time.Duration
	CPU    time.Duration // of all threads, the garbage collector's included
	Allocs float64
	Bytes  float64
}

// Meter measures. It has a clock because the packages below do not read one.
type Meter struct {
	Now func() time.Time
	// CPU is the processor time that this process has used.
	CPU func() time.Duration
	// Rounds is how often each side is measured, in turn with the other.
	Rounds int
	// Atleast is how long a round of one side takes: short work is repeated.
	Atleast time.Duration
}

// Pair is the measured cost of two sides at the same work.
type Pair struct {
	Kro, Krowave Cost // medians
	// Faster is how many times as fast krowave is: the median over the rounds of the ratio inside a
	// round. Other load on the machine meets both sides of a round. Cheaper is the same for
	// processor time, on which such load has less influence.
	Faster, Cheaper float64
}

// Compare runs both sides in turn.
func (m Meter) Compare(kro, krowave func() error) (Pair, error) {
	return m.Collect(
		func() (Cost, error) { return m.round(kro) },
		func() (Cost, error) { return m.round(krowave) },
	)
}

// Collect compares costs that were measured elsewhere, such as in another process.
func (m Meter) Collect(kro, krowave func() (Cost, error)) (Pair, error) {
	var a, b []Cost
	var faster, cheaper []float64
	for range m.Rounds {
		x, err := kro()
		if err != nil {
			return Pair{}, err
		}
		y, err := krowave()
		if err != nil {
			return Pair{}, err
		}
		a, b = append(a, x), append(b, y)
		faster, cheaper = append(faster, float64(x.Time)/float64(y.Time)), append(cheaper, float64(x.CPU)/float64(y.CPU))
	}
	return Pair{Kro: median(a), Krowave: median(b), Faster: Median(faster), Cheaper: Median(cheaper)}, nil
}

// round measures one side once, from a collected heap.
func (m Meter) round(work func() error) (Cost, error) {
	runtime.GC()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	start, busy, count := m.Now(), m.CPU(), 0
	for count == 0 || m.Now().Sub(start) < m.Atleast {
		if err := work(); err != nil {
			return Cost{}, fmt.Errorf("measuring: %w", err)
		}
		count++
	}
	spent := m.Now().Sub(start)
	busy = m.CPU() - busy
	runtime.ReadMemStats(&after)
	return Cost{
		Time:   spent / time.Duration(count),
		CPU:    busy / time.Duration(count),
		Allocs: float64(after.Mallocs-before.Mallocs) / float64(count),
		Bytes:  float64(after.TotalAlloc-before.TotalAlloc) / float64(count),
	}, nil
}

// Once measures work that can be done only once in a process.
func (m Meter) Once(work func() error) (Cost, error) {
	m.Atleast = 0
	return m.round(work)
}

func median(costs []Cost) Cost {
	pick := func(of func(Cost) float64) float64 {
		all := make([]float64, len(costs))
		for i, c := range costs {
			all[i] = of(c)
		}
		return Median(all)
	}
	return Cost{
		Time:   time.Duration(pick(func(c Cost) float64 { return float64(c.Time) })),
		CPU:    time.Duration(pick(func(c Cost) float64 { return float64(c.CPU) })),
		Allocs: pick(func(c Cost) float64 { return c.Allocs }),
		Bytes:  pick(func(c Cost) float64 { return c.Bytes }),
	}
}

// Median is the one in the middle of a list that is not empty.
func Median[T cmp.Ordered](values []T) T {
	sorted := slices.Sorted(slices.Values(values))
	return sorted[len(sorted)/2]
}
