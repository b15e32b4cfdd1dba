package keda

import (
	"context"
	"errors"
	"fmt"
	"testing/synctest"
	"time"

	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/metrics/pkg/apis/external_metrics"

	kedav1alpha1 "github.com/kedacore/keda/v2/apis/keda/v1alpha1"
	"github.com/kedacore/keda/v2/pkg/scalers"
	"github.com/kedacore/keda/v2/pkg/scalers/scalersconfig"
	"github.com/kedacore/keda/v2/pkg/scaling"
	"github.com/kedacore/keda/v2/pkg/scaling/cache"
	"github.com/kedacore/keda/v2/pkg/scaling/cache/metricscache"
)

// The shapes below are those of Scalescope's own types.

type amount struct {
	Float *float64 `json:"float,omitempty"`
	Milli *int64   `json:"milli,omitempty"`
	Whole *int64   `json:"whole,omitempty"`
}

type target struct {
	Type   string `json:"type"`
	Amount amount `json:"amount"`
}

type externalMetric struct {
	Metric  string  `json:"metric"`
	Target  target  `json:"target"`
	Outcome outcome `json:"outcome"`
}

type outcome struct {
	Kind     string   `json:"kind"`
	Error    *string  `json:"error,omitempty"`
	Amount   *amount  `json:"amount,omitempty"`
	Number   *float64 `json:"number,omitempty"`
	IsActive *bool    `json:"isActive,omitempty"`
	// Always none here.
	ActivationThreshold *float64 `json:"activationThreshold"`
}

type says struct {
	Kind    string           `json:"kind"`
	Metrics []externalMetric `json:"metrics,omitempty"`
	Error   string           `json:"error,omitempty"`
	Pods    []pod            `json:"pods,omitempty"`
	Answer  any              `json:"answer,omitempty"`
}

type pod struct {
	Phase    string `json:"phase"`
	NodeName string `json:"nodeName"`
}

type observed struct {
	Metric         string  `json:"metric"`
	Value          *amount `json:"value"`
	IsActive       bool    `json:"isActive"`
	FallbackActive bool    `json:"fallbackActive"`
	Error          *string `json:"error"`
}

type input struct {
	Source        says       `json:"source"`
	ObservedByHpa []observed `json:"observedByHpa,omitempty"`
}

type certain struct {
	Value     int32             `json:"value"`
	Certainty map[string]string `json:"certainty"`
}

type targetState struct {
	Replicas        certain `json:"replicas"`
	ReadError       *string `json:"readError,omitempty"`
	LiveReplicas    *int32  `json:"liveReplicas,omitempty"`
	ScaleReadError  *string `json:"scaleReadError,omitempty"`
	ScaleWriteError *string `json:"scaleWriteError,omitempty"`
	ReadyPods       *int32  `json:"readyPods,omitempty"`
}

type loopLine struct {
	Index        uint64                     `json:"index"`
	ScaledObject *kedav1alpha1.ScaledObject `json:"scaledObject"`
	Polls        []loopPoll                 `json:"polls"`
}

type loopPoll struct {
	Now           time.Time                                        `json:"now"`
	Target        targetState                                      `json:"target"`
	Triggers      []input                                          `json:"triggers"`
	HpaConditions []autoscalingv2.HorizontalPodAutoscalerCondition `json:"hpaConditions"`
	Answer        loopAnswer                                       `json:"answer"`
}

type loopAnswer struct {
	Replicas int32                           `json:"replicas"`
	Status   kedav1alpha1.ScaledObjectStatus `json:"status"`
	Events   []event                         `json:"events"`
}

// played is a scaler whose answers are given.
type played struct {
	metrics []externalMetric
}

func (p *played) GetMetricsAndActivity(_ context.Context, name string) ([]external_metrics.ExternalMetricValue, bool, error) {
	for _, metric := range p.metrics {
		if metric.Metric != name {
			continue
		}
		if metric.Outcome.Error != nil {
			return nil, false, errors.New(*metric.Outcome.Error)
		}
		return []external_metrics.ExternalMetricValue{scalers.GenerateMetricInMili(name, *metric.Outcome.Number)}, *metric.Outcome.IsActive, nil
	}
	return nil, false, errors.New("no such metric")
}

func (p *played) GetMetricSpecForScaling(context.Context) []autoscalingv2.MetricSpec {
	var specs []autoscalingv2.MetricSpec
	for _, metric := range p.metrics {
		specs = append(specs, autoscalingv2.MetricSpec{
			Type: autoscalingv2.ExternalMetricSourceType,
			External: &autoscalingv2.ExternalMetricSource{
				Metric: autoscalingv2.MetricIdentifier{Name: metric.Metric},
				Target: scalers.GetMetricTargetMili(autoscalingv2.MetricTargetType(metric.Target.Type), *metric.Target.Amount.Float),
			},
		})
	}
	return specs
}

func (p *played) Close(context.Context) error { return nil }

// triggers makes some, each with what plays it.
func (w *world) triggers(most int, forJobs bool) []kedav1alpha1.ScaleTriggers {
	var triggers []kedav1alpha1.ScaleTriggers
	for i := range w.between(1, most) {
		trigger := kedav1alpha1.ScaleTriggers{Type: "kafka", Name: triggerNames[i], Metadata: map[string]string{}}
		switch w.random.IntN(10) {
		case 0, 1:
			trigger.Type = "cron"
			trigger.Metadata = map[string]string{
				"timezone": pick(w, "Europe/Oslo", "UTC", "America/New_York", "Asia/Kolkata"),
				"start":    fmt.Sprintf("%d * * * *", w.between(0, 59)), "end": fmt.Sprintf("%d * * * *", w.between(0, 59)),
				"desiredReplicas": fmt.Sprint(w.between(1, 9)),
			}
			if trigger.Metadata["start"] == trigger.Metadata["end"] {
				trigger.Metadata["end"] = "30 3 * * *"
			}
			if w.chance(5) {
				trigger.Metadata["timezone"] = "Nowhere/Land"
			}
		case 2:
			trigger.Type = pick(w, "cpu", "memory")
			trigger.MetricType = autoscalingv2.UtilizationMetricType
			trigger.Metadata = map[string]string{"value": "50"}
		}
		if forJobs {
			trigger.MetricType = ""
			if trigger.Type == "cpu" || trigger.Type == "memory" {
				trigger.MetricType = autoscalingv2.UtilizationMetricType
			}
		}
		if w.chance(10) {
			trigger.Name = ""
		}
		trigger.UseCachedMetrics = trigger.Type == "kafka" && w.chance(w.cached)
		triggers = append(triggers, trigger)
	}
	return triggers
}

// play is what an external trigger does over time.
type play struct {
	metrics []externalMetric
	failing bool
	active  bool
	empty   bool
}

func (w *world) plays(triggers []kedav1alpha1.ScaleTriggers, kinds ...string) []*play {
	var plays []*play
	for i, trigger := range triggers {
		one := &play{failing: w.chance(25), active: w.chance(50), empty: w.chance(2)}
		if trigger.Type == "kafka" {
			count := 1
			if w.chance(8) {
				count = 2
			}
			for m := range count {
				threshold := pick(w, 1.0, 5, 10, 2.5, 0.3, 100)
				one.metrics = append(one.metrics, externalMetric{
					Metric: fmt.Sprintf("s%d-kafka-%d", i, m),
					Target: target{Type: pick(w, kinds...), Amount: amount{Float: &threshold}},
				})
			}
		}
		plays = append(plays, one)
	}
	return plays
}

// next is what the source says at the coming poll.
func (w *world) next(one *play) ([]externalMetric, says) {
	if w.chance(20) {
		one.failing = !one.failing
	}
	if w.chance(25) {
		one.active = !one.active
	}
	if one.metrics == nil {
		return nil, says{Kind: "silent"}
	}
	if one.empty && w.chance(30) {
		return nil, says{Kind: "metrics", Metrics: []externalMetric{}}
	}
	var metrics []externalMetric
	for i, metric := range one.metrics {
		if one.failing && (len(one.metrics) == 1 || i == 0 || w.chance(50)) {
			message := "source is away"
			metric.Outcome = outcome{Kind: "failed", Error: &message}
		} else {
			number := w.value()
			if w.chance(3) {
				number = -1
			}
			active := one.active && number > 0
			metric.Outcome = outcome{Kind: "value", Amount: &amount{Float: &number}, Number: &number, IsActive: &active}
		}
		metrics = append(metrics, metric)
	}
	return metrics, says{Kind: "metrics", Metrics: metrics}
}

func (w *world) annotations() map[string]string {
	annotations := map[string]string{}
	truth := func() string { return pick(w, "true", "false", "", "yes", "1", "F") }
	for _, one := range []struct {
		name   string
		per100 int
	}{
		{kedav1alpha1.PausedAnnotation, 3}, {kedav1alpha1.PausedScaleInAnnotation, 6},
		{kedav1alpha1.PausedScaleOutAnnotation, 6}, {kedav1alpha1.ForceActivationAnnotation, 5},
	} {
		if w.chance(one.per100) {
			annotations[one.name] = truth()
		}
	}
	if w.chance(2) {
		annotations[kedav1alpha1.PausedReplicasAnnotation] = pick(w, "3", "0", "x", "")
	}
	return annotations
}

func (w *world) someScaledObject() *kedav1alpha1.ScaledObject {
	so := &kedav1alpha1.ScaledObject{
		ObjectMeta: metav1.ObjectMeta{
			Name: "orders", Namespace: namespace, Generation: 1, Annotations: w.annotations(),
			CreationTimestamp: metav1.Time{Time: time.Now().Add(-time.Duration(w.between(0, 1000)) * time.Second)},
		},
		Spec: kedav1alpha1.ScaledObjectSpec{
			ScaleTargetRef:        &kedav1alpha1.ScaleTarget{Name: workload},
			PollingInterval:       maybe(w, 60, func() int32 { return pick[int32](w, 1, 10, 30, 60) }),
			CooldownPeriod:        maybe(w, 60, func() int32 { return pick[int32](w, 0, 10, 60, 300, -5) }),
			InitialCooldownPeriod: maybe(w, 30, func() int32 { return pick[int32](w, 0, 10, 120) }),
			MinReplicaCount:       maybe(w, 60, func() int32 { return w.between(0, 4) }),
			MaxReplicaCount:       maybe(w, 40, func() int32 { return w.between(1, 20) }),
			IdleReplicaCount:      maybe(w, 25, func() int32 { return w.between(0, 2) }),
			Triggers:              w.triggers(4, false),
		},
	}
	if w.chance(50) {
		so.Spec.Fallback = &kedav1alpha1.Fallback{
			FailureThreshold: w.between(0, 4), Replicas: w.between(0, 6),
			Behavior: pick(w, "", "static", "currentReplicas", "currentReplicasIfHigher", "currentReplicasIfLower", "scalingModifiers"),
		}
		if w.chance(4) {
			so.Spec.Fallback.Replicas = -1
		}
	}
	if w.chance(25) {
		modifiers := kedav1alpha1.ScalingModifiers{
			Formula: pick(w, "a", "a + 1", "a ?? 3", "a ?? nil", "a > 2 ? 5 : 0", "a / 0", "(a - a) / (a - a)", "max(a, 2)", "missing", "1", "-a", ""),
			Target:  pick(w, "5", "2", "2.5", "1e1", ""), ActivationTarget: pick(w, "", "", "0", "3.5", "x", "-2"),
			MetricType: pick(w, "", autoscalingv2.AverageValueMetricType, autoscalingv2.ValueMetricType),
		}
		if w.chance(50) && len(so.Spec.Triggers) > 1 && so.Spec.Triggers[1].Type == "kafka" && so.Spec.Triggers[1].Name == "b" && so.Spec.Triggers[0].Type == "kafka" && so.Spec.Triggers[0].Name == "a" {
			modifiers.Formula = pick(w, "a + b", "(a ?? 1) + (b ?? 2)", "a > b ? a : b", "a ?? b ?? 5", "mean(a, b)", "count([a, b], {# > 1}) > 1 ? 7 : 0")
		}
		so.Spec.Advanced = &kedav1alpha1.AdvancedConfig{ScalingModifiers: modifiers}
	}
	so.Status = kedav1alpha1.ScaledObjectStatus{
		ScaleTargetKind: "apps/v1.Deployment", ScaleTargetGVKR: &deploymentKind,
		Conditions: *kedav1alpha1.GetInitializedConditions(),
	}
	if w.chance(5) {
		so.Status.Conditions = nil
	}
	if w.chance(85) {
		so.Status.HpaName = "keda-hpa-orders"
	}
	if w.chance(50) {
		so.Status.LastActiveTime = &metav1.Time{Time: time.Now().Add(-time.Duration(w.between(0, 700)) * time.Second)}
	}
	return so
}

func (w *world) setHpa() []autoscalingv2.HorizontalPodAutoscalerCondition {
	w.hpa = nil
	if w.chance(10) {
		return nil
	}
	w.hpa = &autoscalingv2.HorizontalPodAutoscaler{}
	conditions := []autoscalingv2.HorizontalPodAutoscalerCondition{{Type: autoscalingv2.AbleToScale, Status: corev1.ConditionTrue}}
	if w.chance(90) {
		condition := autoscalingv2.HorizontalPodAutoscalerCondition{Type: autoscalingv2.ScalingActive, Status: pick(w, corev1.ConditionTrue, corev1.ConditionTrue, corev1.ConditionFalse, corev1.ConditionUnknown)}
		if condition.Status != corev1.ConditionTrue {
			condition.Reason = pick(w, "ScalingDisabled", "FailedGetExternalMetric", "")
			condition.Message = "as it is"
		}
		conditions = append(conditions, condition)
	}
	w.hpa.Status.Conditions = conditions
	return conditions
}

// setTarget puts the workload somewhere, mostly where it was left.
func (w *world) setTarget(first bool) targetState {
	if first || w.chance(15) {
		w.live = pick[int32](w, 0, 0, 1, 1, 2, 3, w.between(0, 12))
	}
	cached := w.live
	w.replicas = &cached
	w.readError, w.scaleRead, w.scaleWrite = w.failure(2, "no workload"), w.failure(2, "no scale"), w.failure(3, "conflict")
	state := targetState{Replicas: certain{Value: w.live, Certainty: map[string]string{"kind": "observed"}}, ReadError: text(w.readError), ScaleReadError: text(w.scaleRead), ScaleWriteError: text(w.scaleWrite)}
	if w.chance(5) {
		live := w.live + w.between(0, 2)
		w.live = live
		state.LiveReplicas = &live
	}
	ready := w.between(0, 5)
	w.pods, w.listError = nil, w.failure(2, "no list")
	for range ready {
		w.pods = append(w.pods, corev1.Pod{ObjectMeta: metav1.ObjectMeta{Labels: map[string]string{"app": "web"}}, Status: corev1.PodStatus{
			Phase: corev1.PodRunning, Conditions: []corev1.PodCondition{{Type: corev1.PodReady, Status: corev1.ConditionTrue}}}})
	}
	for range w.between(0, 2) {
		w.pods = append(w.pods, corev1.Pod{ObjectMeta: metav1.ObjectMeta{Labels: map[string]string{"app": "web"}}, Status: corev1.PodStatus{
			Phase: pick(w, corev1.PodPending, corev1.PodRunning), Conditions: []corev1.PodCondition{{Type: corev1.PodReady, Status: corev1.ConditionFalse}}}})
	}
	if w.scaleRead == nil && w.listError == nil {
		state.ReadyPods = &ready
	}
	return state
}

func (w *world) scalersFor(triggers []kedav1alpha1.ScaleTriggers, playing []*played, asSource bool) ([]cache.ScalerBuilder, error) {
	var builders []cache.ScalerBuilder
	for i, trigger := range triggers {
		config := &scalersconfig.ScalerConfig{
			ScalableObjectName: "orders", ScalableObjectNamespace: namespace, TriggerName: trigger.Name, TriggerMetadata: trigger.Metadata,
			TriggerType: trigger.Type, TriggerUseCachedMetrics: trigger.UseCachedMetrics, TriggerIndex: i, MetricType: trigger.MetricType, AsMetricSource: asSource,
		}
		var scaler scalers.Scaler
		var err error
		switch trigger.Type {
		case "cron":
			scaler, err = scalers.NewCronScaler(config)
		case "cpu", "memory":
			scaler, err = scalers.NewCPUMemoryScaler(corev1.ResourceName(trigger.Type), config)
		default:
			scaler = playing[i]
		}
		if err != nil {
			return nil, err
		}
		builders = append(builders, cache.ScalerBuilder{Scaler: scaler, ScalerConfig: *config, Factory: func(context.Context) (scalers.Scaler, *scalersconfig.ScalerConfig, error) {
			return scaler, config, nil
		}})
	}
	return builders, nil
}

// records are what the HPA's queries saw of some metrics.
func (w *world) records(metrics []externalMetric, shown *[]observed) map[string]metricscache.MetricsRecord {
	records := map[string]metricscache.MetricsRecord{}
	for _, metric := range metrics {
		if w.chance(50) {
			continue
		}
		one := observed{Metric: metric.Metric}
		record := metricscache.MetricsRecord{}
		switch w.random.IntN(4) {
		case 0:
			err := errors.New("the HPA saw it fail")
			one.Error, record.ScalerError = text(err), err
		case 1:
			milli := int64(w.between(0, 9000))
			one.Value, one.FallbackActive, record.FallbackActive = &amount{Milli: &milli}, true, true
			record.Metric = []external_metrics.ExternalMetricValue{{MetricName: metric.Metric, Value: *resource.NewMilliQuantity(milli, resource.DecimalSI)}}
		default:
			number := w.value()
			one.Value, one.IsActive = &amount{Float: &number}, w.chance(60)
			record.IsMetricActive = one.IsActive
			record.Metric = []external_metrics.ExternalMetricValue{scalers.GenerateMetricInMili(metric.Metric, number)}
		}
		records[metric.Metric] = record
		*shown = append(*shown, one)
	}
	return records
}

// setScaledObject makes one with what its external triggers do, and names its metrics in its status.
func (w *world) setScaledObject() []*play {
	time.Sleep(time.Duration(w.random.Int64N(int64(1000 * time.Hour))))
	w.scaledObject = stored(w.someScaledObject())
	so := w.scaledObject
	plays := w.plays(so.Spec.Triggers, "AverageValue", "AverageValue", "Value")
	for i, one := range plays {
		for _, metric := range one.metrics {
			so.Status.ExternalMetricNames = append(so.Status.ExternalMetricNames, metric.Metric)
		}
		if so.Spec.Triggers[i].Type == "cron" {
			scaler, err := scalers.NewCronScaler(&scalersconfig.ScalerConfig{TriggerIndex: i, TriggerMetadata: so.Spec.Triggers[i].Metadata})
			if err != nil {
				panic(err)
			}
			so.Status.ExternalMetricNames = append(so.Status.ExternalMetricNames, scaler.GetMetricSpecForScaling(context.Background())[0].External.Metric.Name)
		}
	}
	return plays
}

func (w *world) loopCase(polls int) {
	plays := w.setScaledObject()
	so := w.scaledObject
	handler := w.handler()
	key := kedav1alpha1.GenerateIdentifier("ScaledObject", namespace, "orders")
	line := loopLine{Index: w.index, ScaledObject: stored(so)}
	interval := time.Duration(30) * time.Second
	if so.Spec.PollingInterval != nil {
		interval = time.Duration(*so.Spec.PollingInterval) * time.Second
	}
	for i := range polls {
		time.Sleep(interval + time.Duration(w.random.Int64N(int64(2*time.Second))))
		if w.chance(3) {
			time.Sleep(time.Duration(w.between(1, 600)) * time.Second)
		}
		poll := loopPoll{Now: time.Now(), Target: w.setTarget(i == 0), HpaConditions: w.setHpa()}
		var playing []*played
		records := map[string]metricscache.MetricsRecord{}
		for _, one := range plays {
			metrics, said := w.next(one)
			shown := input{Source: said}
			for name, record := range w.records(metrics, &shown.ObservedByHpa) {
				records[name] = record
			}
			playing = append(playing, &played{metrics: metrics})
			poll.Triggers = append(poll.Triggers, shown)
		}
		object := w.scaledObject.DeepCopy()
		w.events = nil
		w.check(handler, key, object, playing, records)
		poll.Answer = loopAnswer{Replicas: w.live, Status: w.scaledObject.Status, Events: w.events}
		line.Polls = append(line.Polls, poll)
	}
	say(line)
}

// check is one poll with these scalers; a formula that is refused leaves none.
func (w *world) check(handler scaling.ScaleHandler, key string, object *kedav1alpha1.ScaledObject, playing []*played, records map[string]metricscache.MetricsRecord) {
	scalersCache := w.scalersCache(object, playing)
	if scalersCache == nil {
		return
	}
	scaling.OracleCache(handler, key, scalersCache)
	scaling.OracleRecords(handler, key, records)
	scaling.OracleCheck(context.Background(), handler, object)
	synctest.Wait()
}

func (w *world) scalersCache(object *kedav1alpha1.ScaledObject, playing []*played) *cache.ScalersCache {
	builders, err := w.scalersFor(object.Spec.Triggers, playing, object.IsUsingModifiers())
	if err != nil {
		panic(err)
	}
	scalersCache := &cache.ScalersCache{Scalers: builders, ScalableObjectGeneration: object.Generation, Recorder: w, ScaledObject: object}
	if object.IsUsingModifiers() && object.Spec.Advanced.ScalingModifiers.Formula != "" {
		program, err := kedav1alpha1.ValidateAndCompileScalingModifiers(object.DeepCopy())
		if err != nil {
			// As performGetScalersCache does: an error, before anything is asked.
			return nil
		}
		scalersCache.CompiledFormula = program
	}
	return scalersCache
}
