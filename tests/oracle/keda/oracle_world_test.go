package keda

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"sync"

	appsv1 "k8s.io/api/apps/v1"
	autoscalingv1 "k8s.io/api/autoscaling/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/scale"
	"sigs.k8s.io/controller-runtime/pkg/client"

	eventingv1alpha1 "github.com/kedacore/keda/v2/apis/eventing/v1alpha1"
	kedav1alpha1 "github.com/kedacore/keda/v2/apis/keda/v1alpha1"
	"github.com/kedacore/keda/v2/pkg/scalers/authentication"
	"github.com/kedacore/keda/v2/pkg/scaling"
)

// world is an API server with one workload, kept in memory.
type world struct {
	client.Client
	scheme *runtime.Scheme
	random *rand.Rand
	index  uint64
	// Of a hundred external triggers so many have useCachedMetrics.
	cached int

	scaledObject *kedav1alpha1.ScaledObject
	scaledJob    *kedav1alpha1.ScaledJob
	hpa          *autoscalingv2.HorizontalPodAutoscaler
	pods         []corev1.Pod
	jobs         []batchv1.Job
	jobPods      map[string][]corev1.Pod

	replicas    *int32
	readError   error
	live        int32
	scaleRead   error
	scaleWrite  error
	listError   error
	createError error
	created     int
	deleted     []string
	events      []event
	recording   sync.Mutex
}

type event struct {
	Type    string `json:"type"`
	Reason  string `json:"reason"`
	Message string `json:"message"`
}

const (
	namespace = "shop"
	workload  = "web"
)

var scheme = runtime.NewScheme()

func init() {
	_ = clientgoscheme.AddToScheme(scheme)
	_ = kedav1alpha1.AddToScheme(scheme)
}

func newWorld(random *rand.Rand) *world {
	return &world{scheme: scheme, random: random, cached: 10, jobPods: map[string][]corev1.Pod{}}
}

func (w *world) handler() scaling.ScaleHandler {
	return scaling.NewScaleHandler(w, w, w.scheme, 3e9, 3e9, w, &authentication.AuthClientSet{})
}

func (w *world) Scheme() *runtime.Scheme { return w.scheme }

// stored is what an API server gives back: times have whole seconds.
func stored[T any](object *T) *T {
	bytes, err := json.Marshal(object)
	if err != nil {
		panic(err)
	}
	result := new(T)
	if err := json.Unmarshal(bytes, result); err != nil {
		panic(err)
	}
	return result
}

func notFound(name string) error {
	return apierrors.NewNotFound(schema.GroupResource{Resource: "things"}, name)
}

func (w *world) Get(_ context.Context, key client.ObjectKey, into client.Object, _ ...client.GetOption) error {
	switch into := into.(type) {
	case *kedav1alpha1.ScaledObject:
		if w.scaledObject == nil {
			return notFound(key.Name)
		}
		w.scaledObject.DeepCopyInto(into)
	case *kedav1alpha1.ScaledJob:
		w.scaledJob.DeepCopyInto(into)
	case *appsv1.Deployment:
		if w.readError != nil {
			return w.readError
		}
		*into = appsv1.Deployment{
			ObjectMeta: metav1.ObjectMeta{Name: workload, Namespace: namespace},
			Spec:       appsv1.DeploymentSpec{Replicas: w.replicas},
		}
	case *autoscalingv2.HorizontalPodAutoscaler:
		if w.hpa == nil {
			return notFound(key.Name)
		}
		w.hpa.DeepCopyInto(into)
	default:
		return notFound(key.Name)
	}
	return nil
}

func (w *world) List(_ context.Context, list client.ObjectList, options ...client.ListOption) error {
	asked := client.ListOptions{}
	asked.ApplyOptions(options)
	switch list := list.(type) {
	case *batchv1.JobList:
		for i := range w.jobs {
			list.Items = append(list.Items, *w.jobs[i].DeepCopy())
		}
	case *corev1.PodList:
		if w.listError != nil {
			return w.listError
		}
		if asked.LabelSelector != nil {
			if requirements, _ := asked.LabelSelector.Requirements(); len(requirements) == 1 && requirements[0].Key() == "job-name" {
				for name := range requirements[0].Values() {
					list.Items = append(list.Items, w.jobPods[name]...)
				}
				return nil
			}
		}
		for _, pod := range w.pods {
			if asked.LabelSelector == nil || asked.LabelSelector.Matches(labels.Set(pod.Labels)) {
				list.Items = append(list.Items, pod)
			}
		}
	default:
		return fmt.Errorf("no lists of %T", list)
	}
	return nil
}

func (w *world) Create(_ context.Context, object client.Object, _ ...client.CreateOption) error {
	switch object := object.(type) {
	case *batchv1.Job:
		if w.createError != nil {
			return w.createError
		}
		w.created++
	case *autoscalingv2.HorizontalPodAutoscaler:
		w.hpa = object.DeepCopy()
	}
	return nil
}

func (w *world) Delete(_ context.Context, object client.Object, _ ...client.DeleteOption) error {
	w.deleted = append(w.deleted, object.GetName())
	if _, ok := object.(*autoscalingv2.HorizontalPodAutoscaler); ok {
		w.hpa = nil
	}
	return nil
}

func (w *world) Update(_ context.Context, object client.Object, _ ...client.UpdateOption) error {
	if object, ok := object.(*kedav1alpha1.ScaledObject); ok {
		w.keep(object)
	}
	return nil
}

func (w *world) keep(object client.Object) {
	switch object := object.(type) {
	case *kedav1alpha1.ScaledObject:
		w.scaledObject = stored(object)
		w.scaledObject.DeepCopyInto(object)
	case *kedav1alpha1.ScaledJob:
		w.scaledJob = stored(object)
		w.scaledJob.DeepCopyInto(object)
	}
}

func (w *world) Status() client.SubResourceWriter { return statuses{world: w} }

type statuses struct {
	client.SubResourceWriter
	world *world
}

func (s statuses) Patch(_ context.Context, object client.Object, _ client.Patch, _ ...client.SubResourcePatchOption) error {
	s.world.keep(object)
	return nil
}

func (s statuses) Update(_ context.Context, object client.Object, _ ...client.SubResourceUpdateOption) error {
	s.world.keep(object)
	return nil
}

// Scales makes the world the client of scale subresources too.
func (w *world) Scales(string) scale.ScaleInterface { return scales{world: w} }

type scales struct {
	scale.ScaleInterface
	world *world
}

func (s scales) Get(context.Context, schema.GroupResource, string, metav1.GetOptions) (*autoscalingv1.Scale, error) {
	if s.world.scaleRead != nil {
		return nil, s.world.scaleRead
	}
	return &autoscalingv1.Scale{
		ObjectMeta: metav1.ObjectMeta{Name: workload, Namespace: namespace},
		Spec:       autoscalingv1.ScaleSpec{Replicas: s.world.live},
		Status:     autoscalingv1.ScaleStatus{Selector: "app=web"},
	}, nil
}

func (s scales) Update(_ context.Context, _ schema.GroupResource, scale *autoscalingv1.Scale, _ metav1.UpdateOptions) (*autoscalingv1.Scale, error) {
	if s.world.scaleWrite != nil {
		return nil, s.world.scaleWrite
	}
	s.world.live = scale.Spec.Replicas
	replicas := scale.Spec.Replicas
	s.world.replicas = &replicas
	return scale, nil
}

// Eventf makes the world a recorder too.
func (w *world) Eventf(_ runtime.Object, _ runtime.Object, kind, reason, _, note string, arguments ...any) {
	w.recording.Lock()
	defer w.recording.Unlock()
	w.events = append(w.events, event{kind, reason, fmt.Sprintf(note, arguments...)})
}

// Emit makes it an emitter.
func (w *world) Emit(_ runtime.Object, _ string, kind string, _ eventingv1alpha1.CloudEventType, reason, message string) {
	w.events = append(w.events, event{kind, reason, message})
}

func (w *world) DeleteCloudEventSource(eventingv1alpha1.CloudEventSourceInterface) error { return nil }

func (w *world) HandleCloudEventSource(context.Context, eventingv1alpha1.CloudEventSourceInterface) error {
	return nil
}

func deploymentMapper() meta.RESTMapper {
	mapper := meta.NewDefaultRESTMapper([]schema.GroupVersion{appsv1.SchemeGroupVersion})
	mapper.Add(appsv1.SchemeGroupVersion.WithKind("Deployment"), meta.RESTScopeNamespace)
	return mapper
}

var deploymentKind = kedav1alpha1.GroupVersionKindResource{Group: "apps", Version: "v1", Kind: "Deployment", Resource: "deployments"}

// say prints one case.
func say(line any) {
	bytes, err := json.Marshal(line)
	if err != nil {
		panic(fmt.Sprintf("%v in %+v", err, line))
	}
	bytes = append(bytes, '\n')
	if _, err := os.Stdout.Write(bytes); err != nil {
		panic(err)
	}
}

func (w *world) chance(per100 int) bool { return w.random.IntN(100) < per100 }

func pick[T any](w *world, from ...T) T { return from[w.random.IntN(len(from))] }

func maybe[T any](w *world, per100 int, value func() T) *T {
	if !w.chance(per100) {
		return nil
	}
	result := value()
	return &result
}

func (w *world) between(least, most int) int32 {
	return int32(least + w.random.IntN(most-least+1))
}

func (w *world) failure(per100 int, text string) error {
	if w.chance(per100) {
		return errors.New(text)
	}
	return nil
}

func text(err error) *string {
	if err == nil {
		return nil
	}
	message := err.Error()
	return &message
}
