package podautoscaler

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/go-logr/logr"
	autoscalingv1 "k8s.io/api/autoscaling/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	v1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime/schema"
	utilfeature "k8s.io/apiserver/pkg/util/feature"
	"k8s.io/klog/v2"
	defaults "k8s.io/kubernetes/pkg/apis/autoscaling/v2"
	metricsclient "k8s.io/kubernetes/pkg/controller/podautoscaler/metrics"
	"k8s.io/kubernetes/pkg/controller/podautoscaler/monitor"
	"k8s.io/kubernetes/pkg/controller/util/selectors"
)

const (
	namespace = "ns"
	hpaName   = "web"
	hpaKey    = namespace + "/" + hpaName
)

// world is everything that a controller sees of one autoscaler, in upstream's own types.
type world struct {
	spec   autoscalingv2.HorizontalPodAutoscalerSpec
	status autoscalingv2.HorizontalPodAutoscalerStatus

	specReplicas, statusReplicas int32
	selector                     string
	mapperErr                    error
	mappings                     []error

	pods     podList
	resource resourceAPI
	custom   customAPI
	external externalAPI
	others   []other

	memory memory
	config config
	gates  gates

	scaleFailures int
	scaleErr      error
	statusErr     error
}

type other struct {
	Name     string  `json:"name"`
	Selector *string `json:"selector"`
}

type memory struct {
	recommendations []timestampedRecommendation
	up, down        []timestampedScaleEvent
}

type config struct {
	downscale, cpuInit, readinessDelay time.Duration
	tolerance                          float64
}

type gates struct {
	ConfigurableTolerance bool `json:"configurableTolerance"`
	ScaleToZero           bool `json:"scaleToZero"`
	PodLevelResources     bool `json:"podLevelResources"`
}

var gatesNow *gates

// set changes the process's feature gates; what depends on pod-level resources is off throughout.
func (g gates) set() {
	if gatesNow != nil && *gatesNow == g {
		return
	}
	err := utilfeature.DefaultMutableFeatureGate.SetFromMap(map[string]bool{
		"HPAConfigurableTolerance":                g.ConfigurableTolerance,
		"HPAScaleToZero":                          g.ScaleToZero,
		"InPlacePodLevelResourcesVerticalScaling": false,
		"PodLevelResourceManagers":                false,
		"PodLevelResources":                       g.PodLevelResources,
	})
	if err != nil {
		panic(err)
	}
	gatesNow = &g
}

// A pass: the controller with its fakes, ready to reconcile.
type pass struct {
	controller *HorizontalController
	target     *target
	hpas       *hpas
	recorder   *recorder
	hpa        *autoscalingv2.HorizontalPodAutoscaler
}

var (
	theMonitor = monitor.New()
	quiet      = klog.NewContext(context.Background(), logr.Discard())
)

// build makes the controller; the memory's slices are copied, as the controller writes into them.
func (w *world) build() *pass {
	p := &pass{
		target: &target{
			scale: &autoscalingv1.Scale{
				ObjectMeta: metav1.ObjectMeta{Name: "target", Namespace: namespace},
				Spec:       autoscalingv1.ScaleSpec{Replicas: w.specReplicas},
				Status:     autoscalingv1.ScaleStatus{Replicas: w.statusReplicas, Selector: w.selector},
			},
			getErrors:   w.mappings,
			failures:    w.scaleFailures,
			updateError: w.scaleErr,
		},
		hpas:     &hpas{err: w.statusErr},
		recorder: &recorder{},
		hpa: &autoscalingv2.HorizontalPodAutoscaler{
			ObjectMeta: metav1.ObjectMeta{Name: hpaName, Namespace: namespace},
			Spec:       w.spec,
			Status:     w.status,
		},
	}
	client := metricsclient.NewRESTMetricsClient(&w.resource, &w.custom, w.external)
	p.controller = &HorizontalController{
		scaleNamespacer:              p.target,
		hpaNamespacer:                p.hpas,
		mapper:                       &mapper{err: w.mapperErr, count: len(w.mappings)},
		tolerance:                    w.config.tolerance,
		replicaCalc:                  NewReplicaCalculator(client, w.pods, w.config.cpuInit, w.config.readinessDelay),
		eventRecorder:                p.recorder,
		downscaleStabilisationWindow: w.config.downscale,
		monitor:                      theMonitor,
		podLister:                    w.pods,
		recommendations:              map[string][]timestampedRecommendation{},
		scaleUpEvents:                map[string][]timestampedScaleEvent{},
		scaleDownEvents:              map[string][]timestampedScaleEvent{},
		hpaSelectors:                 selectors.NewBiMultimap(),
	}
	if len(w.memory.recommendations) > 0 {
		p.controller.recommendations[hpaKey] = append([]timestampedRecommendation(nil), w.memory.recommendations...)
	}
	if len(w.memory.up) > 0 {
		p.controller.scaleUpEvents[hpaKey] = append([]timestampedScaleEvent(nil), w.memory.up...)
	}
	if len(w.memory.down) > 0 {
		p.controller.scaleDownEvents[hpaKey] = append([]timestampedScaleEvent(nil), w.memory.down...)
	}
	p.controller.hpaSelectors.PutSelector(selectors.Parse(hpaKey), labels.Nothing())
	for _, other := range w.others {
		selector := labels.Nothing()
		if other.Selector != nil {
			if parsed, err := labels.Parse(*other.Selector); err == nil {
				selector = parsed
			}
		}
		p.controller.hpaSelectors.PutSelector(selectors.Key{Name: other.Name, Namespace: namespace}, selector)
	}
	return p
}

// run reconciles once.
func (p *pass) run() {
	_ = p.controller.reconcileAutoscaler(quiet, p.hpa, hpaKey)
}

// memory as the controller has it now.
func (p *pass) memory() memory {
	return memory{
		recommendations: p.controller.recommendations[hpaKey],
		up:              p.controller.scaleUpEvents[hpaKey],
		down:            p.controller.scaleDownEvents[hpaKey],
	}
}

// stored is the spec as the API server keeps it.
func stored(spec autoscalingv2.HorizontalPodAutoscalerSpec) autoscalingv2.HorizontalPodAutoscalerSpec {
	var hpa autoscalingv2.HorizontalPodAutoscaler
	text, err := json.Marshal(spec)
	if err != nil {
		panic(err)
	}
	if err := json.Unmarshal(text, &hpa.Spec); err != nil {
		panic(err)
	}
	defaults.SetDefaults_HorizontalPodAutoscaler(&hpa)
	return hpa.Spec
}

// asStored is the status as it comes back from the API server.
func asStored(status autoscalingv2.HorizontalPodAutoscalerStatus) autoscalingv2.HorizontalPodAutoscalerStatus {
	text, err := json.Marshal(status)
	if err != nil {
		panic(err)
	}
	var back autoscalingv2.HorizontalPodAutoscalerStatus
	if err := json.Unmarshal(text, &back); err != nil {
		panic(err)
	}
	return back
}

// The JSON of a situation, in the shape of `scaling::hpa::Situation`.

type object = map[string]any

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) }

func stampOf(t *metav1.Time) any {
	if t == nil || t.IsZero() {
		return nil
	}
	return stamp(t.Time)
}

func answered(value any, err error) object {
	if err != nil {
		return object{"result": object{"error": err.Error()}}
	}
	return object{"result": object{"value": value}}
}

// scaleError is what getting the scale says.
func (w *world) scaleError() error {
	if w.mapperErr != nil {
		return w.mapperErr
	}
	for _, err := range w.mappings {
		if err == nil {
			return nil
		}
	}
	if len(w.mappings) == 0 {
		return fmt.Errorf("unrecognized resource")
	}
	return w.mappings[0]
}

func (w *world) situation(now time.Time, spec any) object {
	scale := object{"specReplicas": w.specReplicas, "statusReplicas": w.statusReplicas, "selector": w.selector}
	writes := object{}
	if w.scaleFailures < 0 {
		writes["scaleError"] = w.scaleErr.Error()
	}
	if w.statusErr != nil {
		writes["statusError"] = w.statusErr.Error()
	}
	pods := make([]object, 0, len(w.pods))
	for _, pod := range w.pods {
		pods = append(pods, podObject(pod))
	}
	return object{
		"now":              stamp(now),
		"namespace":        namespace,
		"name":             hpaName,
		"spec":             spec,
		"status":           w.status,
		"scale":            answered(scale, w.scaleError()),
		"pods":             pods,
		"metrics":          w.metrics(),
		"otherAutoscalers": w.others,
		"memory":           w.memory.object(),
		"config": object{
			"downscaleStabilization":  w.config.downscale.Seconds(),
			"tolerance":               w.config.tolerance,
			"cpuInitializationPeriod": w.config.cpuInit.Seconds(),
			"initialReadinessDelay":   w.config.readinessDelay.Seconds(),
			"version":                 "1.36",
			"gates":                   w.gates,
		},
		"passes": object{"shortest": 15, "longest": 15, "phase": "now"},
		"writes": writes,
	}
}

func (w *world) metrics() object {
	usages := []object{}
	for _, item := range w.resource.items {
		containers := []object{}
		for _, container := range item.Containers {
			containers = append(containers, object{"name": container.Name, "usage": container.Usage})
		}
		usages = append(usages, object{
			"name": item.Name, "timestamp": stamp(item.Timestamp.Time), "window": item.Window.Seconds(), "containers": containers,
		})
	}
	pods, objects, external := []object{}, []object{}, []object{}
	for _, metric := range w.spec.Metrics {
		switch {
		case metric.Type == autoscalingv2.PodsMetricSourceType && metric.Pods != nil:
			answer := w.custom.pods[metric.Pods.Metric.Name]
			values := []object{}
			for _, item := range answer.items {
				value := object{"name": item.DescribedObject.Name, "timestamp": stamp(item.Timestamp.Time), "value": item.Value}
				if item.WindowSeconds != nil {
					value["window"] = *item.WindowSeconds
				}
				values = append(values, value)
			}
			pods = append(pods, object{"metric": metric.Pods.Metric, "answer": answered(values, answer.err)})
		case metric.Type == autoscalingv2.ObjectMetricSourceType && metric.Object != nil:
			answer := w.custom.objects[metric.Object.Metric.Name]
			objects = append(objects, object{
				"metric": metric.Object.Metric, "object": metric.Object.DescribedObject, "answer": answered(answer.value.Value, answer.err),
			})
		case metric.Type == autoscalingv2.ExternalMetricSourceType && metric.External != nil:
			answer := w.external[metric.External.Metric.Name]
			values := []any{}
			for _, item := range answer.items {
				values = append(values, item.Value)
			}
			external = append(external, object{"metric": metric.External.Metric, "answer": answered(values, answer.err)})
		}
	}
	return object{"resource": answered(usages, w.resource.err), "pods": pods, "object": objects, "external": external}
}

func podObject(pod *v1.Pod) object {
	out := object{
		"name": pod.Name, "labels": pod.Labels, "phase": pod.Status.Phase,
		"deletionTimestamp": stampOf(pod.DeletionTimestamp), "startTime": stampOf(pod.Status.StartTime),
		"containers": containerObjects(pod.Spec.Containers), "initContainers": containerObjects(pod.Spec.InitContainers),
		"overhead": pod.Spec.Overhead,
	}
	if pod.Spec.Resources != nil {
		out["requests"] = pod.Spec.Resources.Requests
	}
	for i := range pod.Status.Conditions {
		condition := &pod.Status.Conditions[i]
		if condition.Type == v1.PodReady {
			out["ready"] = object{"status": condition.Status, "lastTransitionTime": stampOf(&condition.LastTransitionTime)}
			break
		}
	}
	return out
}

func containerObjects(containers []v1.Container) []object {
	out := make([]object, 0, len(containers))
	for _, container := range containers {
		always := container.RestartPolicy != nil && *container.RestartPolicy == v1.ContainerRestartPolicyAlways
		out = append(out, object{"name": container.Name, "requests": container.Resources.Requests, "restartAlways": always})
	}
	return out
}

func (m memory) object() object {
	recommendations := []object{}
	for _, r := range m.recommendations {
		recommendations = append(recommendations, object{"replicas": r.recommendation, "at": stamp(r.timestamp)})
	}
	return object{"recommendations": recommendations, "scaleUpEvents": eventObjects(m.up), "scaleDownEvents": eventObjects(m.down)}
}

func eventObjects(events []timestampedScaleEvent) []object {
	out := []object{}
	for _, e := range events {
		out = append(out, object{"change": e.replicaChange, "at": stamp(e.timestamp), "outdated": e.outdated})
	}
	return out
}

// emit prints a line: a situation, what upstream made of it, and more. Conflicts take fake time, of which the situation is told.
func (p *pass) emit(out *json.Encoder, situation object, line object) {
	if p.target.updates > 1 {
		situation["writes"].(object)["scaleAt"] = stamp(p.target.updatedAt)
	}
	line["situation"] = situation
	line["answer"] = p.answer()
	if err := out.Encode(line); err != nil {
		panic(err)
	}
}

// answer is what upstream made of it.
func (p *pass) answer() object {
	events := p.recorder.events
	if events == nil {
		events = []event{}
	}
	out := object{
		"replicas": p.target.scale.Spec.Replicas,
		"rescale":  p.target.updates > 0,
		"events":   events,
		"memory":   p.memory().object(),
	}
	if p.hpas.written != nil {
		out["status"] = p.hpas.written
	}
	return out
}

// theConflict is retried by the controller.
var theConflict = apierrors.NewConflict(schema.GroupResource{Group: "apps", Resource: "deployments"}, "target", errors.New("the object has been modified"))
