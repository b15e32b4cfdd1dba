package keda

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"reflect"
	"strings"
	"sync"
	"unsafe"

	"github.com/go-logr/logr"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/utils/ptr"
	ctrl "sigs.k8s.io/controller-runtime"

	kedav1alpha1 "github.com/kedacore/keda/v2/apis/keda/v1alpha1"
	"github.com/kedacore/keda/v2/pkg/scalers"
	"github.com/kedacore/keda/v2/pkg/scalers/scalersconfig"
)

// someMetadata is a trigger's, sometimes wrong.
func (w *world) someMetadata(kind string) map[string]string {
	number := func() string {
		return pick(w, "5", "10", "1", "0.5", "2.5", "100", "1e2", fmt.Sprint(min(w.value(), 5e17)), "0", "-1", "x", "", "05", " 7 ", "null", "NaN", "0x5", "1.")
	}
	good := func(per100 int) string {
		if w.chance(per100) {
			return pick(w, "5", "10", "2.5", "1", "0.25")
		}
		return number()
	}
	metadata := map[string]string{}
	switch kind {
	case "cron":
		return w.cronMetadata()
	case "kubernetes-workload":
		metadata["podSelector"] = pick(w, "app=web", "app in (web, api)", "!old", "app=web,tier!=db", "app")
		if w.chance(30) {
			metadata["podSelector"] = w.selector()
		}
		metadata["value"] = good(80)
		if w.chance(40) {
			metadata["activationValue"] = good(80)
		}
		if w.chance(30) {
			metadata["groupByNode"] = pick(w, "true", "false", "1", "yes", "")
		}
	case "prometheus":
		metadata["serverAddress"] = "http://prometheus.invalid"
		metadata["query"] = "sum(rate(requests[1m]))"
		metadata["threshold"] = good(85)
		if w.chance(40) {
			metadata["activationThreshold"] = good(80)
		}
		if w.chance(40) {
			metadata["ignoreNullValues"] = pick(w, "true", "false", "0", "maybe")
		}
		if w.chance(10) {
			metadata["customHeaders"] = pick(w, "a=b", "a=b,c=d", "a", "a=b=c", "a=b,")
		}
		if w.chance(5) {
			metadata["unsafeSsl"] = pick(w, "true", "no")
		}
	case "cpu", "memory":
		metadata["value"] = pick(w, "50", "80", "100m", "1Gi", "250", "x", "", "50.5", "1.5", "-5", "99999999999")
		if w.chance(20) {
			metadata["containerName"] = "app"
		}
		if w.chance(5) {
			metadata["type"] = "Utilization"
		}
	}
	if w.chance(3) {
		for key := range metadata {
			if key == pick(w, "query", "value", "podSelector", "threshold", "serverAddress") {
				delete(metadata, key)
				break
			}
		}
	}
	return metadata
}

type scalerLine struct {
	Index    uint64                     `json:"index"`
	Trigger  kedav1alpha1.ScaleTriggers `json:"trigger"`
	AsSource bool                       `json:"asSource"`
	Source   says                       `json:"source"`
	Refused  *string                    `json:"refused"`
	Failed   *string                    `json:"failed"`
	Metric   string                     `json:"metric"`
	Target   string                     `json:"target"`
	Kind     string                     `json:"kind"`
	Value    string                     `json:"value"`
	Number   float64                    `json:"number"`
	Active   bool                       `json:"active"`
	Selects  []selected                 `json:"selects,omitempty"`
}

type answering struct {
	code int
	body string
	err  error
}

func (a answering) RoundTrip(*http.Request) (*http.Response, error) {
	if a.err != nil {
		return nil, a.err
	}
	return &http.Response{StatusCode: a.code, Body: io.NopCloser(bytes.NewBufferString(a.body))}, nil
}

// answer puts a transport into a prometheus scaler's own client, which it does not hand out. (Go's cover tool knows no files laid over a
// package, so this cannot stand there.)
func answer(scaler scalers.Scaler, transport http.RoundTripper) {
	field := reflect.ValueOf(scaler).Elem().FieldByName("httpClient")
	client := *(**http.Client)(unsafe.Pointer(field.UnsafeAddr()))
	client.Transport = transport
}

// selector is words of the language of label selectors, often in an order that means something.
func (w *world) selector() string {
	word := func() string {
		return pick(w, "app", "web", "a", "tier", "n", "5", "in", "notin", "example.com/app", "A/b", "-x", "x-", "a.b_c", "/a", "ä", "0123456789012345678901234567890123456789012345678901234567890123")
	}
	one := func() string {
		switch w.random.IntN(7) {
		case 0:
			return word() + pick(w, "=", "==", "!=", " = ") + word()
		case 1:
			return word() + pick(w, " in ", " notin ", "in") + pick(w, "(", "( ") + word() + pick(w, "", ","+word(), ",", ",,", " , "+word()) + ")"
		case 2:
			return pick(w, "!", "", "! ") + word()
		case 3:
			return word() + pick(w, ">", "<", " > ") + pick(w, "4", "6", word(), "")
		case 4:
			return pick(w, "", "()", "a in ()", "a=", "=a", "!", "!!a", "a=b=c", "a!=", "a in b", "a b", "!a=b", ">", "a=(b)", "a in (b", "a in (b c)", "a=>b", "a===b", "a=!b")
		default:
			return "app=web"
		}
	}
	selector := one()
	for w.chance(30) {
		selector += pick(w, ",", ", ", ",,") + one()
	}
	return selector
}

type selected struct {
	Labels   map[string]string `json:"labels"`
	Selected bool              `json:"selected"`
}

// prometheusAnswer is an HTTP answer with the same in Scalescope's words.
func (w *world) prometheusAnswer() (answering, any) {
	series := func(values ...string) string {
		all := ""
		for i, value := range values {
			if i > 0 {
				all += ","
			}
			all += `{"metric":{},"value":` + value + `}`
		}
		return `{"status":"success","data":{"resultType":"vector","result":[` + all + `]}}`
	}
	switch w.random.IntN(12) {
	case 0:
		return answering{200, series(), nil}, map[string]any{"kind": "empty"}
	case 1:
		return answering{200, series(`[]`), nil}, map[string]any{"kind": "empty"}
	case 2:
		return answering{200, series(`[1]`), nil}, map[string]any{"kind": "halfSample"}
	case 3:
		return answering{200, series(`[1,"1"]`, `[1,"2"]`), nil}, map[string]any{"kind": "many"}
	case 4:
		code := pick(w, 301, 400, 404, 500, 503)
		return answering{code, "no", nil}, map[string]any{"kind": "status", "code": code}
	case 5:
		return answering{200, series(`[1,null]`), nil}, map[string]any{"kind": "null"}
	default:
		value := pick(w, "1", "0", "-1", "NaN", "+Inf", "-Inf", "1e3", "12.5", "x", "1e400", "", fmt.Sprint(min(w.value(), 5e17)), fmt.Sprint(min(w.value(), 5e17)), fmt.Sprint(min(w.value(), 5e17)))
		return answering{200, series(`[1,"` + value + `"]`), nil}, map[string]any{"kind": "value", "text": value}
	}
}

func (w *world) scalerCase() {
	kind := pick(w, "kubernetes-workload", "kubernetes-workload", "prometheus", "prometheus", "cpu", "memory")
	trigger := kedav1alpha1.ScaleTriggers{Type: kind, Metadata: w.someMetadata(kind), MetricType: pick(w, "", "", autoscalingv2.AverageValueMetricType, autoscalingv2.ValueMetricType)}
	if kind == "cpu" || kind == "memory" {
		trigger.MetricType = pick(w, autoscalingv2.UtilizationMetricType, autoscalingv2.UtilizationMetricType, autoscalingv2.AverageValueMetricType, autoscalingv2.AverageValueMetricType, "", "Other")
	}
	if w.chance(3) {
		trigger.MetricType = pick(w, autoscalingv2.UtilizationMetricType, "Other")
	}
	line := scalerLine{Index: w.index, Trigger: trigger, AsSource: w.chance(20)}
	config := &scalersconfig.ScalerConfig{
		ScalableObjectName: "orders", ScalableObjectNamespace: "my.shop", TriggerMetadata: trigger.Metadata, TriggerIndex: 2, MetricType: trigger.MetricType, AsMetricSource: line.AsSource,
	}
	var scaler scalers.Scaler
	err := func() (err error) {
		defer func() {
			if r := recover(); r != nil {
				err = fmt.Errorf("panic: %v", r)
			}
		}()
		switch kind {
		case "prometheus":
			scaler, err = scalers.NewPrometheusScaler(config)
		case "kubernetes-workload":
			scaler, err = scalers.NewKubernetesWorkloadScaler(w, config)
		default:
			scaler, err = scalers.NewCPUMemoryScaler(corev1.ResourceName(kind), config)
		}
		return err
	}()
	if err != nil {
		line.Refused = text(err)
		say(line)
		return
	}
	spec := scaler.GetMetricSpecForScaling(context.Background())[0]
	if spec.External == nil {
		line.Source = says{Kind: "silent"}
		target := autoscalingv2.MetricTarget{}
		if spec.Resource != nil {
			line.Metric, target = string(spec.Resource.Name), spec.Resource.Target
		} else {
			line.Metric, target = spec.ContainerResource.Container, spec.ContainerResource.Target
		}
		line.Kind = string(target.Type)
		if target.AverageValue != nil {
			line.Target = target.AverageValue.String()
		} else {
			line.Target = fmt.Sprint(ptr.Deref(target.AverageUtilization, -1))
		}
		say(line)
		return
	}
	line.Metric, line.Kind = spec.External.Metric.Name, string(spec.External.Target.Type)
	quantity := spec.External.Target.Value
	if spec.External.Target.AverageValue != nil {
		quantity = spec.External.Target.AverageValue
	}
	line.Target = quantity.String()
	if kind == "prometheus" {
		transport, shown := w.prometheusAnswer()
		line.Source = says{Kind: "prometheus", Answer: shown}
		if w.chance(5) {
			transport.err = errors.New("refused")
			line.Source = says{Kind: "failed", Error: "refused"}
		}
		answer(scaler, transport)
	} else {
		line.Source = says{Kind: "pods", Pods: []pod{}}
		most := 9
		selector, _ := labels.Parse(strings.TrimSpace(trigger.Metadata["podSelector"]))
		matching := map[string]string{}
		for range 6 {
			one := map[string]string{}
			for _, key := range []string{"app", "tier", "n", "a", "in", "example.com/app"} {
				if w.chance(50) {
					one[key] = pick(w, "web", "api", "5", "", "a", "in", "b")
				}
			}
			chosen := selector.Matches(labels.Set(one))
			line.Selects = append(line.Selects, selected{one, chosen})
			if chosen {
				matching = one
			}
		}
		if !selector.Matches(labels.Set(matching)) {
			most = 0
		}
		for range w.between(0, most) {
			one := pod{Phase: pick(w, "Pending", "Running", "Running", "Succeeded", "Failed", "Unknown", ""), NodeName: pick(w, "", "one", "two", "three")}
			line.Source.Pods = append(line.Source.Pods, one)
			w.pods = append(w.pods, corev1.Pod{ObjectMeta: metav1.ObjectMeta{Labels: matching}, Spec: corev1.PodSpec{NodeName: one.NodeName}, Status: corev1.PodStatus{Phase: corev1.PodPhase(one.Phase)}})
		}
		if w.listError = w.failure(5, "no list"); w.listError != nil {
			line.Source = says{Kind: "failed", Error: "no list"}
		}
	}
	values, active, err := scaler.GetMetricsAndActivity(context.Background(), line.Metric)
	if err != nil {
		line.Failed = text(err)
	} else {
		line.Value, line.Number, line.Active = values[0].Value.String(), values[0].Value.AsApproximateFloat64(), active
	}
	say(line)
}

type hpaLine struct {
	Index        uint64                                 `json:"index"`
	ScaledObject *kedav1alpha1.ScaledObject             `json:"scaledObject"`
	Refused      *string                                `json:"refused"`
	Hpa          *autoscalingv2.HorizontalPodAutoscaler `json:"hpa"`
	Status       kedav1alpha1.ScaledObjectStatus        `json:"status"`
}

func (w *world) someBehavior() *autoscalingv2.HorizontalPodAutoscalerBehavior {
	rules := func() *autoscalingv2.HPAScalingRules {
		made := &autoscalingv2.HPAScalingRules{StabilizationWindowSeconds: maybe(w, 50, func() int32 { return w.between(0, 600) })}
		if w.chance(40) {
			made.SelectPolicy = ptr.To(pick(w, autoscalingv2.MaxChangePolicySelect, autoscalingv2.MinChangePolicySelect, autoscalingv2.DisabledPolicySelect))
		}
		if w.chance(50) {
			made.Policies = []autoscalingv2.HPAScalingPolicy{{Type: pick(w, autoscalingv2.PodsScalingPolicy, autoscalingv2.PercentScalingPolicy), Value: w.between(1, 100), PeriodSeconds: w.between(1, 600)}}
		}
		return made
	}
	behavior := &autoscalingv2.HorizontalPodAutoscalerBehavior{}
	if w.chance(60) {
		behavior.ScaleUp = rules()
	}
	if w.chance(60) {
		behavior.ScaleDown = rules()
	}
	return behavior
}

func (w *world) hpaCase() {
	so := w.someScaledObject()
	so.Spec.Triggers = nil
	for i := range w.between(1, 4) {
		kind := pick(w, "cron", "kubernetes-workload", "prometheus", "cpu", "memory")
		trigger := kedav1alpha1.ScaleTriggers{Type: kind, Name: triggerNames[i], Metadata: w.someMetadata(kind), MetricType: pick(w, "", "", autoscalingv2.AverageValueMetricType, autoscalingv2.ValueMetricType)}
		if kind == "cpu" || kind == "memory" {
			trigger.MetricType = pick(w, autoscalingv2.UtilizationMetricType, autoscalingv2.AverageValueMetricType)
			trigger.Metadata["value"] = pick(w, "50", "80", "250")
		}
		so.Spec.Triggers = append(so.Spec.Triggers, trigger)
	}
	if w.chance(50) {
		if so.Spec.Advanced == nil {
			so.Spec.Advanced = &kedav1alpha1.AdvancedConfig{}
		}
		so.Spec.Advanced.HorizontalPodAutoscalerConfig = &kedav1alpha1.HorizontalPodAutoscalerConfig{Name: pick(w, "", "", "mine")}
		if w.chance(60) {
			so.Spec.Advanced.HorizontalPodAutoscalerConfig.Behavior = w.someBehavior()
		}
	}
	if w.chance(10) {
		so.Name = "a-name-that-is-so-long-that-its-label-must-be-cut-to-fit-0123456789"
	}
	so.Labels = map[string]string{"team": "blue", "app.kubernetes.io/name": "kept", "secret": "x"}
	if w.chance(50) {
		delete(so.Labels, "app.kubernetes.io/name")
	}
	if w.chance(40) {
		so.Annotations["scaledobject.keda.sh/hpa-excluded-labels"] = pick(w, "secret", "secret,team", "secret, team", "")
	}
	if w.chance(40) {
		so.Status.Health = map[string]kedav1alpha1.HealthStatus{"s0-prometheus": {NumberOfFailures: ptr.To[int32](2), Status: "Failing"}, "gone": {NumberOfFailures: ptr.To[int32](1)}}
	}
	w.scaledObject = stored(so)
	line := hpaLine{Index: w.index, ScaledObject: stored(w.scaledObject)}
	w.live = 1
	reconciler := &ScaledObjectReconciler{Client: w, Scheme: w.scheme, ScaleClient: w, ScaleHandler: w.handler(), EventEmitter: w, restMapper: deploymentMapper(), scaledObjectsGenerations: &sync.Map{}}
	object := w.scaledObject.DeepCopy()
	hpa, err := reconciler.newHPAForScaledObject(context.Background(), logr.Discard(), object, &deploymentKind)
	if err != nil {
		line.Refused = text(err)
	} else {
		delete(hpa.Labels, "app.kubernetes.io/version")
		line.Hpa, line.Status = stored(hpa), w.scaledObject.Status
	}
	say(line)
}

type pauseLine struct {
	Index        uint64                     `json:"index"`
	ScaledObject *kedav1alpha1.ScaledObject `json:"scaledObject"`
	Target       targetState                `json:"target"`
	Answer       loopAnswer                 `json:"answer"`
}

func (w *world) pauseCase() {
	so := w.someScaledObject()
	so.Annotations = map[string]string{}
	if w.chance(50) {
		so.Annotations[kedav1alpha1.PausedAnnotation] = pick(w, "true", "yes", "", "false")
	}
	if len(so.Annotations) == 0 || so.Annotations[kedav1alpha1.PausedAnnotation] == "false" || w.chance(50) {
		so.Annotations[kedav1alpha1.PausedReplicasAnnotation] = pick(w, "3", "0", "x", "", "1", "99999999999", "+2")
	}
	so.Finalizers = []string{"finalizer.keda.sh"}
	if so.Status.Conditions == nil {
		so.Status.Conditions = *kedav1alpha1.GetInitializedConditions()
	}
	if w.chance(40) {
		so.Status.Conditions.SetPausedCondition(metav1.ConditionTrue, "ScaledObjectPaused", "ScaledObject is paused")
	}
	w.scaledObject = stored(so)
	w.setHpa()
	line := pauseLine{Index: w.index, ScaledObject: stored(w.scaledObject), Target: w.setTarget(true)}
	// Only the scale subresource is used here, and its errors shall come more often than elsewhere.
	w.scaleRead, w.scaleWrite, w.readError = w.failure(10, "no scale"), w.failure(10, "conflict"), nil
	line.Target.ReadError, line.Target.ScaleReadError, line.Target.ScaleWriteError = nil, text(w.scaleRead), text(w.scaleWrite)
	reconciler := &ScaledObjectReconciler{Client: w, Scheme: w.scheme, ScaleClient: w, ScaleHandler: w.handler(), EventEmitter: w, restMapper: deploymentMapper(), scaledObjectsGenerations: &sync.Map{}}
	_, _ = reconciler.Reconcile(context.Background(), ctrl.Request{NamespacedName: types.NamespacedName{Namespace: namespace, Name: "orders"}})
	line.Answer = loopAnswer{Replicas: w.live, Status: w.scaledObject.Status, Events: w.events}
	say(line)
}
