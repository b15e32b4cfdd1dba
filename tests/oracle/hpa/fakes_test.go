package podautoscaler

import (
	"context"
	"fmt"
	"time"

	autoscalingv1 "k8s.io/api/autoscaling/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	v1 "k8s.io/api/core/v1"
	apimeta "k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	autoscalingclient "k8s.io/client-go/kubernetes/typed/autoscaling/v2"
	corelisters "k8s.io/client-go/listers/core/v1"
	scaleclient "k8s.io/client-go/scale"
	customapi "k8s.io/metrics/pkg/apis/custom_metrics/v1beta2"
	externalapi "k8s.io/metrics/pkg/apis/external_metrics/v1beta1"
	metricsapi "k8s.io/metrics/pkg/apis/metrics/v1beta1"
	resourceclient "k8s.io/metrics/pkg/client/clientset/versioned/typed/metrics/v1beta1"
	customclient "k8s.io/metrics/pkg/client/custom_metrics"
	externalclient "k8s.io/metrics/pkg/client/external_metrics"
)

// podList lists the pods in the order of the situation.
type podList []*v1.Pod

func (l podList) List(selector labels.Selector) ([]*v1.Pod, error) {
	var found []*v1.Pod
	for _, pod := range l {
		if selector.Matches(labels.Set(pod.Labels)) {
			found = append(found, pod)
		}
	}
	return found, nil
}

func (l podList) Pods(string) corelisters.PodNamespaceLister { return l }

func (l podList) Get(string) (*v1.Pod, error) { panic("unused") }

// target is the scale subresource behind any number of REST mappings.
type target struct {
	scaleclient.ScaleInterface
	scale *autoscalingv1.Scale
	// One for each mapping; the first nil one works.
	getErrors []error
	gets      int
	// How many updates fail with updateError before one succeeds; -1: all.
	failures    int
	updateError error
	updates     int
	updatedAt   time.Time
}

func (t *target) Scales(string) scaleclient.ScaleInterface { return t }

func (t *target) Get(context.Context, schema.GroupResource, string, metav1.GetOptions) (*autoscalingv1.Scale, error) {
	if t.gets < len(t.getErrors) && t.updates == 0 {
		err := t.getErrors[t.gets]
		t.gets++
		if err != nil {
			return nil, err
		}
	}
	return t.scale.DeepCopy(), nil
}

func (t *target) Update(_ context.Context, _ schema.GroupResource, scale *autoscalingv1.Scale, _ metav1.UpdateOptions) (*autoscalingv1.Scale, error) {
	t.updates++
	t.updatedAt = time.Now()
	if t.failures < 0 || t.updates <= t.failures {
		return nil, t.updateError
	}
	t.scale = scale.DeepCopy()
	return scale, nil
}

// mapper knows as many mappings as there are answers.
type mapper struct {
	apimeta.RESTMapper
	err   error
	count int
}

func (m *mapper) RESTMappings(gk schema.GroupKind, _ ...string) ([]*apimeta.RESTMapping, error) {
	if m.err != nil {
		return nil, m.err
	}
	mappings := make([]*apimeta.RESTMapping, m.count)
	for i := range mappings {
		mappings[i] = &apimeta.RESTMapping{Resource: schema.GroupVersionResource{Group: gk.Group, Version: fmt.Sprintf("v%d", i+1), Resource: "things"}}
	}
	return mappings, nil
}

// hpas keeps the last status that was written.
type hpas struct {
	autoscalingclient.HorizontalPodAutoscalerInterface
	written *autoscalingv2.HorizontalPodAutoscalerStatus
	err     error
}

func (h *hpas) HorizontalPodAutoscalers(string) autoscalingclient.HorizontalPodAutoscalerInterface {
	return h
}

func (h *hpas) UpdateStatus(_ context.Context, hpa *autoscalingv2.HorizontalPodAutoscaler, _ metav1.UpdateOptions) (*autoscalingv2.HorizontalPodAutoscaler, error) {
	h.written = hpa.Status.DeepCopy()
	return hpa, h.err
}

// recorder keeps events.
type recorder struct{ events []event }

type event struct {
	Type    string `json:"type"`
	Reason  string `json:"reason"`
	Message string `json:"message"`
}

func (r *recorder) Event(_ runtime.Object, kind, reason, message string) {
	r.events = append(r.events, event{kind, reason, message})
}

func (r *recorder) Eventf(_ runtime.Object, kind, reason, format string, args ...interface{}) {
	r.events = append(r.events, event{kind, reason, fmt.Sprintf(format, args...)})
}

func (r *recorder) AnnotatedEventf(runtime.Object, map[string]string, string, string, string, ...interface{}) {
	panic("unused")
}

// The three metrics APIs. Names of metrics are unique within a situation.

type resourceAPI struct {
	resourceclient.PodMetricsInterface
	items []metricsapi.PodMetrics
	err   error
}

func (a *resourceAPI) PodMetricses(string) resourceclient.PodMetricsInterface { return a }

func (a *resourceAPI) List(context.Context, metav1.ListOptions) (*metricsapi.PodMetricsList, error) {
	if a.err != nil {
		return nil, a.err
	}
	return &metricsapi.PodMetricsList{Items: a.items}, nil
}

type customAPI struct {
	pods    map[string]podsAnswer
	objects map[string]objectAnswer
}

type podsAnswer struct {
	items []customapi.MetricValue
	err   error
}

type objectAnswer struct {
	value customapi.MetricValue
	err   error
}

func (a *customAPI) RootScopedMetrics() customclient.MetricsInterface       { return a }
func (a *customAPI) NamespacedMetrics(string) customclient.MetricsInterface { return a }

func (a *customAPI) GetForObject(_ schema.GroupKind, _ string, name string, _ labels.Selector) (*customapi.MetricValue, error) {
	answer := a.objects[name]
	if answer.err != nil {
		return nil, answer.err
	}
	return &answer.value, nil
}

func (a *customAPI) GetForObjects(_ schema.GroupKind, _ labels.Selector, name string, _ labels.Selector) (*customapi.MetricValueList, error) {
	answer := a.pods[name]
	if answer.err != nil {
		return nil, answer.err
	}
	return &customapi.MetricValueList{Items: answer.items}, nil
}

type externalAPI map[string]externalAnswer

type externalAnswer struct {
	items []externalapi.ExternalMetricValue
	err   error
}

func (a externalAPI) NamespacedMetrics(string) externalclient.MetricsInterface { return a }

func (a externalAPI) List(name string, _ labels.Selector) (*externalapi.ExternalMetricValueList, error) {
	answer := a[name]
	if answer.err != nil {
		return nil, answer.err
	}
	return &externalapi.ExternalMetricValueList{Items: answer.items}, nil
}
