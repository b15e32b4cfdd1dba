package podautoscaler

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"time"

	autoscalingv2 "k8s.io/api/autoscaling/v2"
	v1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	customapi "k8s.io/metrics/pkg/apis/custom_metrics/v1beta2"
	externalapi "k8s.io/metrics/pkg/apis/external_metrics/v1beta1"
	metricsapi "k8s.io/metrics/pkg/apis/metrics/v1beta1"
)

// dice makes random things around a moment.
type dice struct {
	*rand.Rand
	now time.Time
}

func pick[T any](d *dice, from ...T) T { return from[d.IntN(len(from))] }

// chance of n in 100.
func (d *dice) chance(n int) bool { return d.IntN(100) < n }

func (d *dice) between(low, high int) int { return low + d.IntN(high-low+1) }

func ptr[T any](value T) *T { return &value }

// q is a quantity as it comes from the API: read from its canonical text.
func q(text string) resource.Quantity {
	once := resource.MustParse(text)
	return resource.MustParse(once.String())
}

// ago is a moment before now, often exactly at a whole number of seconds or at a limit.
func (d *dice) ago(limits ...time.Duration) time.Time {
	if len(limits) > 0 && d.chance(40) {
		limit := pick(d, limits...)
		return d.now.Add(-limit + pick(d, 0, time.Nanosecond, -time.Nanosecond, time.Second, -time.Second))
	}
	longest := 20 * time.Second
	for _, limit := range limits {
		longest = max(longest, 2*limit)
	}
	at := d.now.Add(-time.Duration(d.Int64N(int64(longest))))
	if d.chance(50) {
		at = at.Truncate(time.Second)
	}
	return at
}

func (d *dice) awkward() resource.Quantity {
	return q(pick(d, "0", "1m", "7n", "15u", "333m", "0.57", "1.0001", "1k", "2.5k", "1Ki", "1.5Gi", "12e6", "1e-3", "999999999999999", "-1", "-250m",
		"1E", "9E", "8Ei", "3.3333333333", "9223372036854775807", "9223372036854775807m", "0.1Ki", "4611686018427387904m", "1e18"))
}

// milli is an amount of thousandths, written one way or another.
func (d *dice) milli(milli int64) resource.Quantity {
	if d.chance(1) {
		return d.awkward()
	}
	switch d.IntN(4) {
	case 0:
		return q(resource.NewMilliQuantity(milli, resource.BinarySI).String())
	case 1:
		if milli < 1<<40 && milli > -1<<40 {
			return q(fmt.Sprintf("%du", milli*1000-d.Int64N(3)))
		}
	}
	return q(resource.NewMilliQuantity(milli, resource.DecimalSI).String())
}

// around gives usage for a target, near its limits or far.
func (d *dice) around(target int64) int64 {
	ratio := pick(d, 0, 0.2, 0.5, 0.89, 0.899, 0.9, 0.901, 0.95, 1, 1, 1.05, 1.099, 1.1, 1.101, 1.11, 1.5, 2, 3, 10, d.Float64()*2, d.Float64()*2)
	return int64(ratio * float64(target))
}

var resources = []v1.ResourceName{"cpu", "cpu", "cpu", "memory", "nvidia.com/gpu"}

func (w *world) random(d *dice) {
	w.config = config{downscale: 5 * time.Minute, cpuInit: 5 * time.Minute, readinessDelay: 30 * time.Second, tolerance: 0.1}
	if d.chance(20) {
		w.config.downscale = pick(d, 0, time.Minute, 90500*time.Millisecond, time.Hour)
		w.config.cpuInit = pick(d, 0, time.Minute, 150*time.Second)
		w.config.readinessDelay = pick(d, 0, 10*time.Second, 2*time.Minute)
		w.config.tolerance = pick(d, 0, 0.05, 0.2, 0.5)
	}
	w.randomPods(d)
	w.randomScale(d)
	w.randomSpec(d)
	w.randomMetrics(d)
	w.randomMemory(d)
	w.randomStatus(d)
	w.randomFaults(d)
}

func (w *world) randomPods(d *dice) {
	count := pick(d, 0, 1, 1, 2, 3, 3, 4, 5, 6, 8, d.between(0, 12), d.between(0, 40))
	healthy := d.chance(35)
	request := int64(pick(d, 100, 250, 500, 1000))
	w.pods = nil
	for i := range count {
		pod := &v1.Pod{ObjectMeta: metav1.ObjectMeta{Name: fmt.Sprintf("web-%d", i), Namespace: namespace, Labels: map[string]string{"app": "web"}}}
		pod.Status.Phase = v1.PodRunning
		start := metav1.NewTime(d.now.Add(-time.Hour - time.Duration(d.Int64N(int64(time.Hour)))).Truncate(time.Second))
		pod.Status.StartTime = &start
		ready := v1.PodCondition{Type: v1.PodReady, Status: v1.ConditionTrue, LastTransitionTime: metav1.NewTime(start.Add(20 * time.Second))}
		if !healthy {
			w.ail(d, pod, &ready)
		}
		if ready.Status != "" {
			pod.Status.Conditions = append(pod.Status.Conditions, v1.PodCondition{Type: v1.PodScheduled, Status: v1.ConditionTrue}, ready)
		}
		w.containers(d, pod, request, healthy)
		w.pods = append(w.pods, pod)
	}
}

// ail gives a pod an age and perhaps a trouble.
func (w *world) ail(d *dice, pod *v1.Pod, ready *v1.PodCondition) {
	if d.chance(60) {
		start := metav1.NewTime(d.ago(w.config.cpuInit, w.config.readinessDelay))
		pod.Status.StartTime = &start
		ready.LastTransitionTime = metav1.NewTime(start.Add(pick(d, 0, time.Second, w.config.readinessDelay, w.config.readinessDelay-1, 40*time.Second,
			d.now.Sub(start.Time), d.now.Sub(start.Time)-30*time.Second)))
	}
	switch d.IntN(30) {
	case 0:
		pod.DeletionTimestamp = &metav1.Time{Time: d.ago()}
	case 1:
		pod.Status.Phase = v1.PodFailed
	case 2, 3, 4:
		pod.Status.Phase = v1.PodPending
		ready.Status = v1.ConditionFalse
	case 5:
		pod.Status.Phase = pick(d, v1.PodSucceeded, v1.PodUnknown)
	case 6:
		pod.Status.StartTime = nil
	case 7:
		ready.Status = ""
	case 8, 9, 10, 11:
		ready.Status = v1.ConditionFalse
	case 12:
		ready.Status = v1.ConditionUnknown
	case 13:
		ready.LastTransitionTime = metav1.Time{}
	case 14:
		pod.Labels = pick(d, map[string]string{"app": "api"}, nil, map[string]string{"app": "web", "old": "1"}, map[string]string{"tier": "7"})
	}
}

func (w *world) containers(d *dice, pod *v1.Pod, request int64, healthy bool) {
	list := func() v1.ResourceList {
		requests := v1.ResourceList{"cpu": d.milli(request), "memory": d.milli(request * 1 << 20 * 1000)}
		if d.chance(10) {
			requests["nvidia.com/gpu"] = q("1")
		}
		if !healthy && d.chance(1) {
			delete(requests, pick[v1.ResourceName](d, "cpu", "memory"))
		}
		if !healthy && d.chance(1) {
			requests["cpu"] = d.awkward()
		}
		return requests
	}
	names := []string{"app", "proxy", "extra"}
	for _, name := range names[:pick(d, 1, 1, 1, 2, 3)] {
		pod.Spec.Containers = append(pod.Spec.Containers, v1.Container{Name: name, Resources: v1.ResourceRequirements{Requests: list()}})
	}
	for i := range pick(d, 0, 0, 0, 1, 2, 3) {
		container := v1.Container{Name: fmt.Sprintf("init-%d", i), Resources: v1.ResourceRequirements{Requests: list()}}
		if d.chance(50) {
			container.RestartPolicy = ptr(pick(d, v1.ContainerRestartPolicyAlways, v1.ContainerRestartPolicyAlways, v1.ContainerRestartPolicyNever))
		} else if d.chance(30) {
			container.Resources.Requests = nil
		}
		pod.Spec.InitContainers = append(pod.Spec.InitContainers, container)
	}
	if d.chance(10) {
		pod.Spec.Resources = &v1.ResourceRequirements{Requests: pick(d,
			v1.ResourceList{"cpu": d.milli(2 * request)},
			v1.ResourceList{"memory": d.milli(request * 1 << 31)},
			v1.ResourceList{"cpu": d.milli(3 * request), "memory": d.milli(request * 1 << 31), "nvidia.com/gpu": q("2")},
			v1.ResourceList{"hugepages-2Mi": q("2Mi")},
			v1.ResourceList{"nvidia.com/gpu": q("1")},
			v1.ResourceList{})}
		if d.chance(50) {
			for i := range pod.Spec.Containers {
				pod.Spec.Containers[i].Resources.Requests = nil
			}
		}
	}
	if d.chance(5) {
		pod.Spec.Overhead = v1.ResourceList{"cpu": d.milli(50), "nvidia.com/gpu": q("1")}
	}
}

func (w *world) randomScale(d *dice) {
	count := int32(len(w.pods))
	w.specReplicas = pick(d, count, count, count, count+1, max(count-1, 0), 0, 1, 2, 5, int32(d.between(1, 60)))
	w.statusReplicas = pick(d, count, count, w.specReplicas, 0, int32(d.between(0, 20)))
	if d.chance(1) {
		w.specReplicas = pick[int32](d, math.MaxInt32, 1<<30, 1<<30+1, 100000)
	}
	w.selector = "app=web"
	if d.chance(6) {
		w.selector = pick(d, "", " ", "app in (web, api),!old", "app", "app!=api", "tier>5", "tier<7", "app notin (api)", "app==web", "app=", "app in ()", "app in (,web)",
			"app=web,app=api", "!app", "app in (web", "app web", "=web", "app=web,", "app in (a b)", "a//b=c", "app=we b", "app=-web", "-app=web", "app in", "app>x",
			"app=web)", "Example.com/app=web", "app in ((", "app notin (web,)", "app in (web,,api)", "app=(", "!!app", "(", "app in (=)", "in=web", "notin in (in)", "/a=b", "app = web , tier")
	}
}

var fullWindow = int32(3600)

func (w *world) randomSpec(d *dice) {
	w.spec = autoscalingv2.HorizontalPodAutoscalerSpec{ScaleTargetRef: autoscalingv2.CrossVersionObjectReference{Kind: "Deployment", Name: "target", APIVersion: "apps/v1"}}
	w.spec.MinReplicas = pick(d, nil, ptr[int32](1), ptr[int32](1), ptr[int32](2), ptr[int32](5), ptr[int32](0), ptr(w.specReplicas))
	w.spec.MaxReplicas = pick(d, 10, 10, 20, 100, 1000, 1, int32(d.between(1, 60)), max(w.specReplicas, 1), math.MaxInt32)
	w.spec.Behavior = d.behavior()
	w.spec.Metrics = nil
	for i := range pick(d, 1, 1, 1, 1, 2, 2, 3, 4) {
		w.spec.Metrics = append(w.spec.Metrics, d.metric(i))
	}
	if d.chance(1) {
		w.spec.Metrics = nil
	}
}

func (d *dice) behavior() *autoscalingv2.HorizontalPodAutoscalerBehavior {
	if d.chance(40) {
		return nil
	}
	rules := func() *autoscalingv2.HPAScalingRules {
		if d.chance(25) {
			return nil
		}
		rules := &autoscalingv2.HPAScalingRules{}
		if d.chance(60) {
			rules.StabilizationWindowSeconds = ptr(pick(d, 0, 15, 30, 60, 300, fullWindow, int32(d.between(0, 400))))
		}
		if d.chance(60) {
			rules.SelectPolicy = ptr(pick(d, autoscalingv2.MaxChangePolicySelect, autoscalingv2.MinChangePolicySelect, autoscalingv2.MinChangePolicySelect, autoscalingv2.DisabledPolicySelect))
		}
		if d.chance(70) {
			for range d.between(1, 3) {
				rules.Policies = append(rules.Policies, autoscalingv2.HPAScalingPolicy{
					Type:          pick(d, autoscalingv2.PodsScalingPolicy, autoscalingv2.PercentScalingPolicy),
					Value:         pick(d, 1, 2, 4, 10, 33, 50, 100, 200, int32(d.between(1, 300))),
					PeriodSeconds: pick(d, 15, 30, 60, 120, 1800, int32(d.between(1, 200))),
				})
			}
			// A policy of a type that this controller does not know yet.
			if d.chance(2) {
				rules.Policies = append(rules.Policies, autoscalingv2.HPAScalingPolicy{Type: "Later", Value: 1, PeriodSeconds: 60})
			}
			if d.chance(1) {
				rules.Policies[0].Value = math.MaxInt32
			}
		}
		if d.chance(30) {
			rules.Tolerance = ptr(q(pick(d, "0", "0.01", "0.05", "50m", "0.1", "100m", "0.2", "0.57", "1", "15u", "1.5")))
		}
		return rules
	}
	return &autoscalingv2.HorizontalPodAutoscalerBehavior{ScaleUp: rules(), ScaleDown: rules()}
}

// metric of any source and target. The names differ within a spec.
func (d *dice) metric(index int) autoscalingv2.MetricSpec {
	id := autoscalingv2.MetricIdentifier{Name: fmt.Sprintf("m%d", index), Selector: d.selector()}
	amount := func() *resource.Quantity {
		amount := d.milli(int64(pick(d, 1, 100, 1000, 10000, 250000, d.between(1, 100000))))
		return &amount
	}
	target := autoscalingv2.MetricTarget{}
	kind := pick(d, autoscalingv2.ResourceMetricSourceType, autoscalingv2.ResourceMetricSourceType, autoscalingv2.ContainerResourceMetricSourceType,
		autoscalingv2.PodsMetricSourceType, autoscalingv2.ObjectMetricSourceType, autoscalingv2.ExternalMetricSourceType)
	switch kind {
	case autoscalingv2.ResourceMetricSourceType, autoscalingv2.ContainerResourceMetricSourceType:
		if d.chance(70) {
			target.Type, target.AverageUtilization = autoscalingv2.UtilizationMetricType, ptr(pick(d, 50, 80, 80, 100, 150, 1, int32(d.between(1, 300))))
		} else {
			target.Type, target.AverageValue = autoscalingv2.AverageValueMetricType, amount()
		}
		if d.chance(1) {
			target = autoscalingv2.MetricTarget{Type: autoscalingv2.ValueMetricType, Value: amount()}
		}
	case autoscalingv2.PodsMetricSourceType:
		target.Type, target.AverageValue = autoscalingv2.AverageValueMetricType, amount()
	default:
		if d.chance(50) {
			target.Type, target.AverageValue = autoscalingv2.AverageValueMetricType, amount()
		} else {
			target.Type, target.Value = autoscalingv2.ValueMetricType, amount()
		}
		if d.chance(3) {
			target.Type = pick(d, autoscalingv2.ValueMetricType, autoscalingv2.AverageValueMetricType, autoscalingv2.UtilizationMetricType)
		}
		if d.chance(2) {
			target.AverageValue, target.AverageUtilization, target.Value = nil, ptr[int32](80), nil
		}
	}
	spec := autoscalingv2.MetricSpec{Type: kind}
	name := pick(d, resources...)
	switch kind {
	case autoscalingv2.ResourceMetricSourceType:
		spec.Resource = &autoscalingv2.ResourceMetricSource{Name: name, Target: target}
	case autoscalingv2.ContainerResourceMetricSourceType:
		container := pick(d, "app", "app", "app", "proxy", "init-0", "absent")
		spec.ContainerResource = &autoscalingv2.ContainerResourceMetricSource{Name: name, Container: container, Target: target}
	case autoscalingv2.PodsMetricSourceType:
		spec.Pods = &autoscalingv2.PodsMetricSource{Metric: id, Target: target}
	case autoscalingv2.ObjectMetricSourceType:
		described := pick(d, autoscalingv2.CrossVersionObjectReference{Kind: "Service", Name: "front", APIVersion: "v1"},
			autoscalingv2.CrossVersionObjectReference{Kind: "Namespace", Name: "any", APIVersion: "v1"},
			autoscalingv2.CrossVersionObjectReference{Kind: "Ingress", Name: "door", APIVersion: "networking.k8s.io/v1"})
		spec.Object = &autoscalingv2.ObjectMetricSource{DescribedObject: described, Metric: id, Target: target}
	case autoscalingv2.ExternalMetricSourceType:
		spec.External = &autoscalingv2.ExternalMetricSource{Metric: id, Target: target}
	}
	if d.chance(1) {
		spec.Type = pick[autoscalingv2.MetricSourceType](d, "", "Later", "a \"b\"")
	}
	return spec
}

// selector of a metric; where labels are wrong, only one is, as upstream names any of them.
func (d *dice) selector() *metav1.LabelSelector {
	if d.chance(60) {
		return nil
	}
	if d.chance(94) {
		return pick(d, &metav1.LabelSelector{},
			&metav1.LabelSelector{MatchLabels: map[string]string{"queue": "a", "env": ""}},
			&metav1.LabelSelector{MatchExpressions: []metav1.LabelSelectorRequirement{
				{Key: "queue", Operator: metav1.LabelSelectorOpIn, Values: []string{"a", "b"}},
				{Key: "old", Operator: metav1.LabelSelectorOpDoesNotExist},
				{Key: "new", Operator: metav1.LabelSelectorOpExists},
				{Key: "env", Operator: metav1.LabelSelectorOpNotIn, Values: []string{"test"}}}})
	}
	return pick(d,
		&metav1.LabelSelector{MatchLabels: map[string]string{"queue": "not valid"}},
		&metav1.LabelSelector{MatchLabels: map[string]string{"-queue/": "a"}},
		&metav1.LabelSelector{MatchLabels: map[string]string{"a/b/c": "-"}},
		&metav1.LabelSelector{MatchExpressions: []metav1.LabelSelectorRequirement{{Key: "queue", Operator: "Near"}}},
		&metav1.LabelSelector{MatchExpressions: []metav1.LabelSelectorRequirement{{Key: "queue", Operator: metav1.LabelSelectorOpIn}}},
		&metav1.LabelSelector{MatchExpressions: []metav1.LabelSelectorRequirement{{Key: "queue", Operator: metav1.LabelSelectorOpExists, Values: []string{"a"}}}},
		&metav1.LabelSelector{MatchExpressions: []metav1.LabelSelectorRequirement{{Key: "Qu.eue/", Operator: metav1.LabelSelectorOpNotIn, Values: []string{"a_", "b c"}}}})
}

// randomMetrics answers the spec's metrics with values around their targets.
func (w *world) randomMetrics(d *dice) {
	w.custom = customAPI{pods: map[string]podsAnswer{}, objects: map[string]objectAnswer{}}
	w.external = externalAPI{}
	w.resource = resourceAPI{}
	complete := d.chance(50)
	w.usages(d, complete)
	for _, metric := range w.spec.Metrics {
		failure := error(nil)
		if d.chance(8) {
			failure = errors.New(pick(d, "the server could not find the requested resource", "no such metric: %d"))
		}
		switch metric.Type {
		case autoscalingv2.PodsMetricSourceType:
			target := metric.Pods.Target.AverageValue.MilliValue()
			w.custom.pods[metric.Pods.Metric.Name] = podsAnswer{w.values(d, target, complete), failure}
		case autoscalingv2.ObjectMetricSourceType:
			value := customapi.MetricValue{Value: d.milli(d.total(w, metric.Object.Target))}
			w.custom.objects[metric.Object.Metric.Name] = objectAnswer{value, failure}
		case autoscalingv2.ExternalMetricSourceType:
			total := d.total(w, metric.External.Target)
			items := []externalapi.ExternalMetricValue{}
			series := pick(d, 0, 1, 1, 1, 1, 2, 3)
			for range series {
				items = append(items, externalapi.ExternalMetricValue{Value: d.milli(total / int64(series))})
			}
			w.external[metric.External.Metric.Name] = externalAnswer{items, failure}
		}
	}
}

// total near what the target allows for the present size.
func (d *dice) total(w *world, target autoscalingv2.MetricTarget) int64 {
	if d.chance(2) {
		return pick[int64](d, math.MaxInt64, math.MaxInt64/2+1, math.MinInt64/2, -1)
	}
	if target.AverageValue != nil {
		return d.around(target.AverageValue.MilliValue() * int64(max(w.statusReplicas, 1)))
	}
	if target.Value != nil {
		return d.around(target.Value.MilliValue())
	}
	return 0
}

// window and timestamp of a sample, often at the edge of the pod's readiness.
func (d *dice) sampled(pod *v1.Pod) (metav1.Time, time.Duration) {
	window := pick(d, 0, 10*time.Second, 15*time.Second, 30*time.Second, 30*time.Second, 60*time.Second, 12500*time.Millisecond)
	at := d.now.Add(-time.Duration(d.between(0, 60)) * time.Second)
	if pod != nil && d.chance(30) {
		for _, condition := range pod.Status.Conditions {
			if condition.Type == v1.PodReady && !condition.LastTransitionTime.IsZero() {
				at = condition.LastTransitionTime.Add(window + pick(d, 0, time.Second, -time.Second, -1, 1))
			}
		}
	}
	if d.chance(2) {
		at = d.now.Add(-time.Hour)
	}
	return metav1.NewTime(at), window
}

func (w *world) usages(d *dice, complete bool) {
	if d.chance(4) {
		w.resource.err = errors.New("the server is currently unable to handle the request (get pods.metrics.k8s.io)")
	}
	if d.chance(2) {
		return
	}
	// One load for all pods, around a utilization that some metric asks for.
	percent, average := int64(80), int64(0)
	for _, metric := range w.spec.Metrics {
		if metric.Resource == nil && metric.ContainerResource == nil {
			continue
		}
		var target autoscalingv2.MetricTarget
		if metric.Resource != nil {
			target = metric.Resource.Target
		} else {
			target = metric.ContainerResource.Target
		}
		if target.AverageUtilization != nil {
			percent = int64(*target.AverageUtilization)
		} else if target.AverageValue != nil {
			average = target.AverageValue.MilliValue()
		}
		break
	}
	load := d.around(percent)
	if average != 0 {
		average = max(d.around(average), 0)
	}
	add := func(pod *v1.Pod, name string) {
		item := metricsapi.PodMetrics{ObjectMeta: metav1.ObjectMeta{Name: name}}
		var window time.Duration
		item.Timestamp, window = d.sampled(pod)
		item.Window = metav1.Duration{Duration: window}
		containers := []v1.Container{{Name: "app"}}
		if pod != nil {
			containers = pod.Spec.Containers
		}
		for _, container := range containers {
			usage := v1.ResourceList{}
			for _, name := range []v1.ResourceName{"cpu", "memory", "nvidia.com/gpu"} {
				request := container.Resources.Requests[name]
				amount := request.MilliValue() * load / 100
				if average != 0 {
					amount = average
				}
				if d.chance(20) {
					amount += amount * int64(d.between(-20, 20)) / 100
				}
				usage[name] = d.milli(amount)
			}
			if !complete && d.chance(2) {
				delete(usage, pick[v1.ResourceName](d, "cpu", "memory"))
			}
			item.Containers = append(item.Containers, metricsapi.ContainerMetrics{Name: container.Name, Usage: usage})
		}
		if !complete && d.chance(2) {
			item.Containers = nil
		}
		w.resource.items = append(w.resource.items, item)
	}
	for _, pod := range w.pods {
		if complete || d.chance(85) {
			add(pod, pod.Name)
		}
	}
	if d.chance(5) {
		add(nil, "gone")
	}
	if d.chance(2) && len(w.pods) > 0 {
		add(w.pods[0], w.pods[0].Name)
	}
}

func (w *world) values(d *dice, target int64, complete bool) []customapi.MetricValue {
	items := []customapi.MetricValue{}
	load := d.around(target)
	add := func(pod *v1.Pod, name string) {
		value := load
		if d.chance(20) {
			value += value / 100 * int64(d.between(-20, 20))
		}
		item := customapi.MetricValue{DescribedObject: v1.ObjectReference{Name: name}, Value: d.milli(value)}
		var window time.Duration
		item.Timestamp, window = d.sampled(pod)
		if d.chance(50) {
			item.WindowSeconds = ptr(int64(window.Seconds()))
		}
		items = append(items, item)
	}
	for _, pod := range w.pods {
		if complete || d.chance(85) {
			add(pod, pod.Name)
		}
	}
	if d.chance(5) {
		add(nil, "gone")
	}
	return items
}

func (w *world) randomMemory(d *dice) {
	w.memory = memory{}
	if d.chance(25) {
		return
	}
	limits := []time.Duration{w.config.downscale}
	periods := []time.Duration{15 * time.Second}
	if behavior := w.spec.Behavior; behavior != nil {
		for _, rules := range []*autoscalingv2.HPAScalingRules{behavior.ScaleUp, behavior.ScaleDown} {
			if rules == nil {
				continue
			}
			if rules.StabilizationWindowSeconds != nil {
				limits = append(limits, time.Duration(*rules.StabilizationWindowSeconds)*time.Second)
			}
			for _, policy := range rules.Policies {
				periods = append(periods, time.Duration(policy.PeriodSeconds)*time.Second)
			}
		}
	}
	for range d.between(1, 22) {
		near := max(int(min(w.specReplicas, 1000))+d.between(-5, 5), 0)
		w.memory.recommendations = append(w.memory.recommendations, timestampedRecommendation{int32(near), d.ago(limits...)})
	}
	events := func() []timestampedScaleEvent {
		var events []timestampedScaleEvent
		for range pick(d, 0, 0, 1, 2, 5) {
			events = append(events, timestampedScaleEvent{int32(d.between(0, 6)), d.ago(periods...), d.chance(20)})
		}
		return events
	}
	w.memory.up, w.memory.down = events(), events()
}

func (w *world) randomStatus(d *dice) {
	w.status = autoscalingv2.HorizontalPodAutoscalerStatus{}
	if d.chance(10) {
		return
	}
	for _, kind := range []autoscalingv2.HorizontalPodAutoscalerConditionType{"AbleToScale", "ScalingActive", "ScalingLimited", "ScaledToZero", "Later"} {
		if d.chance(60) {
			w.status.Conditions = append(w.status.Conditions, autoscalingv2.HorizontalPodAutoscalerCondition{
				Type: kind, Status: pick(d, v1.ConditionTrue, v1.ConditionTrue, v1.ConditionFalse, v1.ConditionUnknown),
				LastTransitionTime: metav1.NewTime(d.ago(time.Hour)), Reason: "Before", Message: "as it was",
			})
		}
	}
	d.Shuffle(len(w.status.Conditions), func(i, j int) {
		c := w.status.Conditions
		c[i], c[j] = c[j], c[i]
	})
	w.status.CurrentReplicas, w.status.DesiredReplicas = w.specReplicas, int32(d.between(0, 12))
	if d.chance(50) {
		at := metav1.NewTime(d.ago(time.Hour))
		w.status.LastScaleTime = &at
	}
	if d.chance(20) {
		w.status.ObservedGeneration = ptr[int64](3)
	}
	if d.chance(30) {
		w.status.CurrentMetrics = []autoscalingv2.MetricStatus{{Type: "Resource", Resource: &autoscalingv2.ResourceMetricStatus{
			Name: "cpu", Current: autoscalingv2.MetricValueStatus{AverageValue: ptr(q("1"))}}}}
	}
	w.status = asStored(w.status)
}

func (w *world) randomFaults(d *dice) {
	w.mapperErr, w.mappings, w.others = nil, []error{nil}, nil
	w.scaleFailures, w.scaleErr, w.statusErr = 0, nil, nil
	switch d.IntN(100) {
	case 0:
		w.mapperErr = errors.New("no matches for kind \"Deployment\" in group \"apps\"")
	case 1:
		w.mappings = nil
	case 2:
		w.mappings = []error{errors.New("the first is broken"), nil}
	case 3:
		w.mappings = []error{errors.New("the first is broken"), errors.New("so is the second")}
	case 4:
		w.spec.ScaleTargetRef.APIVersion = "a/b/c"
		w.mapperErr = errors.New("unexpected GroupVersion string: a/b/c")
	}
	switch d.IntN(60) {
	case 0:
		w.scaleFailures, w.scaleErr = -1, errors.New("admission webhook \"quota\" denied the request: %s")
	case 1:
		w.scaleFailures, w.scaleErr = pick(d, -1, 1, 2, 4), theConflict
	}
	if d.chance(2) {
		w.statusErr = errors.New("etcdserver: request timed out")
	}
	if d.chance(15) {
		for i := range d.between(1, 3) {
			selector := pick(d, nil, ptr("app=api"), ptr("app=web"), ptr("app"), ptr("tier>6"), ptr("old"))
			w.others = append(w.others, other{fmt.Sprintf("other-%d", i), selector})
		}
	}
}
