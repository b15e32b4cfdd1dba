package keda

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/robfig/cron/v3"

	"github.com/kedacore/keda/v2/pkg/scalers"
	"github.com/kedacore/keda/v2/pkg/scalers/scalersconfig"
)

// cronField is a field of a cron text, sometimes one that does not parse.
func (w *world) cronField(least, most int, names []string) string {
	number := func() string {
		if names != nil && w.chance(15) {
			name := pick(w, names...)
			return pick(w, name, strings.ToUpper(name))
		}
		return fmt.Sprint(w.between(least, most))
	}
	one := func() string {
		switch w.random.IntN(12) {
		case 0, 1, 2:
			return pick(w, "*", "*", "?")
		case 3:
			return "*/" + fmt.Sprint(w.between(1, 20))
		case 4:
			low := int(w.between(least, most))
			return fmt.Sprintf("%d-%d", low, w.between(low, most))
		case 5:
			low := int(w.between(least, most))
			return fmt.Sprintf("%d-%d/%d", low, w.between(low, most), w.between(1, 7))
		case 6:
			return number() + "/" + fmt.Sprint(w.between(1, 15))
		case 7:
			if w.chance(4) {
				return pick(w, "L", "60", "7", "1-", "-1", "a", "*/0", "1-2-3", "1/2/3", "5-1", ",", "+3", "00", "32", "#", "mon-fri", "*-3", "99999999999999999999")
			}
			return number()
		default:
			return number()
		}
	}
	field := one()
	for w.chance(15) {
		field += "," + one()
	}
	return field
}

var (
	monthNames = []string{"jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"}
	dayNames   = []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}
)

func (w *world) cronText() string {
	star := func(per100 int, field func() string) string {
		if w.chance(per100) {
			return "*"
		}
		return field()
	}
	text := strings.Join([]string{
		star(10, func() string { return w.cronField(0, 59, nil) }),
		star(20, func() string { return w.cronField(0, 23, nil) }),
		star(60, func() string { return w.cronField(1, 31, nil) }),
		star(70, func() string { return w.cronField(1, 12, monthNames) }),
		star(50, func() string { return w.cronField(0, 6, dayNames) }),
	}, " ")
	if w.chance(4) {
		text = pick(w, "TZ=", "CRON_TZ=") + pick(w, pick(w, zones...), "UTC", "Local", "Nowhere") + " " + text
	}
	if w.chance(2) {
		text = pick(w, "", "@daily", "* * * *", "0 0 * * * *", "TZ=UTC", " 5  4 * * * ", "0 0 30 2 *", "0 0 31 4 *", text+" *", "@every 1h")
	}
	return text
}

// aim sleeps until a random moment of four decades, often one close to a change of the zone's clocks.
func (w *world) aim(location *time.Location) {
	time.Sleep(time.Duration(w.random.IntN(40*365*24)) * time.Hour)
	wait := time.Duration(w.random.Int64N(int64(20 * time.Hour)))
	if location != nil && w.chance(40) {
		if _, end := time.Now().In(location).ZoneBounds(); !end.IsZero() {
			until := time.Until(end) - 30*time.Hour + time.Duration(w.random.Int64N(int64(36*time.Hour)))
			if until > 0 && until < 200*24*time.Hour {
				wait = until
			}
		}
	}
	if w.chance(50) {
		wait = wait.Truncate(time.Second)
	}
	time.Sleep(wait)
}

type cronLine struct {
	Index     uint64            `json:"index"`
	Now       time.Time         `json:"now"`
	Metadata  map[string]string `json:"metadata"`
	Refused   bool              `json:"refused"`
	Failed    bool              `json:"failed"`
	Metric    string            `json:"metric"`
	Active    bool              `json:"active"`
	Value     float64           `json:"value"`
	NextStart *time.Time        `json:"nextStart"`
	NextEnd   *time.Time        `json:"nextEnd"`
}

func (w *world) cronMetadata() map[string]string {
	zone := pick(w, zones...)
	if w.chance(25) {
		zone = pick(w, "Europe/Oslo", "America/New_York", "America/Sao_Paulo", "Australia/Lord_Howe", "Asia/Tehran", "Africa/Casablanca", "America/Santiago", "Pacific/Apia")
	}
	if w.chance(2) {
		zone = pick(w, "UTC", "Local", "europe/oslo", "Nowhere/Land", "")
	}
	metadata := map[string]string{
		"timezone": zone, "start": w.cronText(), "end": w.cronText(),
		"desiredReplicas": pick(w, "1", "5", "10", "20", fmt.Sprint(w.between(1, 1000))),
	}
	if w.chance(10) {
		// Windows of hours, as people write them.
		start := w.random.IntN(24)
		metadata["start"] = fmt.Sprintf("%d %d * * %s", w.between(0, 59), start, pick(w, "*", "1-5", "mon-fri"))
		metadata["end"] = fmt.Sprintf("%d %d * * %s", w.between(0, 59), (start+int(w.between(1, 23)))%24, pick(w, "*", "1-5"))
	}
	if w.chance(3) {
		metadata["end"] = metadata["start"]
	}
	if w.chance(3) {
		metadata["desiredReplicas"] = pick(w, "0", "-3", "1.5", "x", "", "05", "1e2", " 7 ")
	}
	if w.chance(1) {
		delete(metadata, pick(w, "timezone", "start", "end", "desiredReplicas"))
	}
	return metadata
}

func (w *world) cronCase() {
	line := cronLine{Index: w.index, Metadata: w.cronMetadata()}
	location, err := time.LoadLocation(strings.TrimSpace(line.Metadata["timezone"]))
	if err != nil {
		location = nil
	}
	w.aim(location)
	all := line.Metadata["timezone"] + line.Metadata["start"] + line.Metadata["end"]
	if (strings.Contains(all, "Apia") || strings.Contains(all, "Fakaofo")) && time.Now().Year() < 2012 {
		// They left out 30 December 2011, which robfig/cron never comes past.
		time.Sleep(time.Until(time.Date(2012, 1, 2, 0, 0, 0, 0, time.UTC)))
	}
	line.Now = time.Now()
	scaler, err := scalers.NewCronScaler(&scalersconfig.ScalerConfig{TriggerIndex: 3, TriggerMetadata: line.Metadata})
	if err != nil {
		line.Refused = true
		say(line)
		return
	}
	line.Metric = scaler.GetMetricSpecForScaling(context.Background())[0].External.Metric.Name
	values, active, err := scaler.GetMetricsAndActivity(context.Background(), line.Metric)
	if err != nil {
		line.Failed = true
		say(line)
		return
	}
	line.Active = active
	line.Value = values[0].Value.AsApproximateFloat64()
	parser := cron.NewParser(cron.Minute | cron.Hour | cron.Dom | cron.Month | cron.Dow)
	next := func(text string) *time.Time {
		schedule, err := parser.Parse(strings.TrimSpace(text))
		if err != nil {
			panic(err)
		}
		at := schedule.Next(line.Now.In(location))
		if at.IsZero() {
			return nil
		}
		at = at.UTC()
		return &at
	}
	line.NextStart, line.NextEnd = next(line.Metadata["start"]), next(line.Metadata["end"])
	say(line)
}
