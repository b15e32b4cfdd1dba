package keda

import (
	"context"
	"fmt"
	"testing/synctest"
	"time"

	"github.com/go-logr/logr"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	kedav1alpha1 "github.com/kedacore/keda/v2/apis/keda/v1alpha1"
	"github.com/kedacore/keda/v2/pkg/scaling"
	"github.com/kedacore/keda/v2/pkg/scaling/cache"
)

type jobLine struct {
	Index     uint64    `json:"index"`
	Situation any       `json:"situation"`
	Answer    jobAnswer `json:"answer"`
}

type jobAnswer struct {
	Created int                          `json:"created"`
	Deleted []string                     `json:"deleted"`
	Status  kedav1alpha1.ScaledJobStatus `json:"status"`
	Events  []event                      `json:"events"`
}

type jobShown struct {
	Name           string           `json:"name"`
	Generation     *string          `json:"generation,omitempty"`
	Conditions     []conditionShown `json:"conditions"`
	CompletionTime *time.Time       `json:"completionTime"`
	Pods           []jobPodShown    `json:"pods"`
}

type conditionShown struct {
	Type   string `json:"type"`
	Status string `json:"status"`
}

type jobPodShown struct {
	Phase      string           `json:"phase"`
	Conditions []conditionShown `json:"conditions"`
}

func (w *world) someJobs() []jobShown {
	var shown []jobShown
	now := time.Now().Truncate(time.Second)
	for i := range w.between(0, 14) {
		job := jobShown{Name: fmt.Sprintf("import-%d", i), Conditions: []conditionShown{}, Pods: []jobPodShown{}}
		if w.chance(90) {
			generation := pick(w, "1", "1", "2")
			job.Generation = &generation
		}
		switch w.random.IntN(10) {
		case 0, 1, 2:
			at := now.Add(-time.Duration(w.between(1, 5000)) * time.Second).UTC()
			job.CompletionTime = &at
			job.Conditions = append(job.Conditions, conditionShown{"Complete", "True"})
		case 3, 4:
			job.Conditions = append(job.Conditions, conditionShown{"Failed", "True"})
		case 5:
			job.Conditions = append(job.Conditions, conditionShown{pick(w, "Suspended", "FailureTarget", "Complete", "Failed"), pick(w, "False", "Unknown")})
		}
		if w.chance(3) {
			job.Conditions = append(job.Conditions, conditionShown{pick(w, "Complete", "Failed"), "True"})
		}
		for range w.between(0, 2) {
			one := jobPodShown{Phase: pick(w, "Pending", "Running", "Succeeded", "Failed"), Conditions: []conditionShown{}}
			for _, kind := range []string{"PodScheduled", "Ready", "Initialized"} {
				if w.chance(60) {
					one.Conditions = append(one.Conditions, conditionShown{kind, pick(w, "True", "True", "False")})
				}
			}
			job.Pods = append(job.Pods, one)
		}
		shown = append(shown, job)
	}
	return shown
}

func (w *world) keepJobs(shown []jobShown) {
	w.jobs, w.jobPods = nil, map[string][]corev1.Pod{}
	for _, one := range shown {
		job := batchv1.Job{ObjectMeta: metav1.ObjectMeta{Name: one.Name, Namespace: namespace}}
		if one.Generation != nil {
			job.Annotations = map[string]string{"scaledjob.keda.sh/generation": *one.Generation}
		}
		if one.CompletionTime != nil {
			job.Status.CompletionTime = &metav1.Time{Time: *one.CompletionTime}
		}
		for _, condition := range one.Conditions {
			job.Status.Conditions = append(job.Status.Conditions, batchv1.JobCondition{Type: batchv1.JobConditionType(condition.Type), Status: corev1.ConditionStatus(condition.Status)})
		}
		w.jobs = append(w.jobs, job)
		for _, pod := range one.Pods {
			made := corev1.Pod{Status: corev1.PodStatus{Phase: corev1.PodPhase(pod.Phase)}}
			for _, condition := range pod.Conditions {
				made.Status.Conditions = append(made.Status.Conditions, corev1.PodCondition{Type: corev1.PodConditionType(condition.Type), Status: corev1.ConditionStatus(condition.Status)})
			}
			w.jobPods[one.Name] = append(w.jobPods[one.Name], made)
		}
	}
}

func (w *world) someScaledJob() *kedav1alpha1.ScaledJob {
	sj := &kedav1alpha1.ScaledJob{
		ObjectMeta: metav1.ObjectMeta{Name: "import", Namespace: namespace, Generation: 1},
		Spec: kedav1alpha1.ScaledJobSpec{
			JobTargetRef:               &batchv1.JobSpec{},
			PollingInterval:            maybe(w, 50, func() int32 { return w.between(1, 60) }),
			SuccessfulJobsHistoryLimit: maybe(w, 60, func() int32 { return w.between(0, 4) }),
			FailedJobsHistoryLimit:     maybe(w, 60, func() int32 { return w.between(0, 4) }),
			MinReplicaCount:            maybe(w, 40, func() int32 { return w.between(0, 8) }),
			MaxReplicaCount:            maybe(w, 70, func() int32 { return w.between(1, 30) }),
			Triggers:                   w.triggers(4, true),
			ScalingStrategy: kedav1alpha1.ScalingStrategy{
				Strategy:                          pick(w, "", "default", "custom", "custom", "accurate", "accurate", "eager", "eager", "other"),
				CustomScalingQueueLengthDeduction: maybe(w, 70, func() int32 { return w.between(-2, 5) }),
				CustomScalingRunningJobPercentage: pick(w, "0.5", "1", "0", "", "x", "0.25", "-1", "1e2", "NaN", "Inf", "0.333"),
				MultipleScalersCalculation:        pick(w, "", "max", "min", "avg", "sum", "other"),
			},
		},
		Status: kedav1alpha1.ScaledJobStatus{Conditions: *kedav1alpha1.GetInitializedConditions()},
	}
	if w.chance(30) {
		sj.Spec.ScalingStrategy.PendingPodConditions = pick(w, []string{"Ready"}, []string{"PodScheduled", "Ready"}, []string{"Ready", "Ready"}, []string{"Never"})
	}
	if w.chance(50) {
		sj.Status.Conditions.SetActiveCondition(pick(w, metav1.ConditionTrue, metav1.ConditionFalse), "As", "it is")
	}
	return sj
}

func (w *world) jobCase() {
	time.Sleep(time.Duration(w.random.Int64N(int64(time.Hour))))
	w.scaledJob = stored(w.someScaledJob())
	shown := w.someJobs()
	w.keepJobs(shown)
	w.createError = w.failure(5, "quota")
	plays := w.plays(w.scaledJob.Spec.Triggers, "AverageValue", "AverageValue", "AverageValue", "Value")
	var playing []*played
	var inputs []input
	for _, one := range plays {
		metrics, said := w.next(one)
		for i := range metrics {
			if number := metrics[i].Outcome.Number; number != nil && *number > 1e6 {
				*number = float64(w.between(0, 200))
			}
		}
		playing = append(playing, &played{metrics: metrics})
		inputs = append(inputs, input{Source: said})
	}
	builders, err := w.scalersFor(w.scaledJob.Spec.Triggers, playing, false)
	if err != nil {
		panic(err)
	}
	handler := w.handler()
	key := kedav1alpha1.GenerateIdentifier("ScaledJob", namespace, "import")
	scaling.OracleCache(handler, key, &cache.ScalersCache{Scalers: builders, ScalableObjectGeneration: 1, Recorder: w})
	line := jobLine{Index: w.index, Situation: map[string]any{
		"now": time.Now(), "scaledJob": stored(w.scaledJob), "jobs": shown, "triggers": inputs, "createError": text(w.createError),
	}}
	scaling.OracleCheck(context.Background(), handler, w.scaledJob.DeepCopy())
	synctest.Wait()
	line.Answer = jobAnswer{Created: w.created, Deleted: w.deleted, Status: w.scaledJob.Status, Events: w.events}
	say(line)
}

type rolloutLine struct {
	Index     uint64                  `json:"index"`
	ScaledJob *kedav1alpha1.ScaledJob `json:"scaledJob"`
	Jobs      []jobShown              `json:"jobs"`
	Deleted   []string                `json:"deleted"`
}

func (w *world) rolloutCase() {
	w.scaledJob = stored(w.someScaledJob())
	w.scaledJob.Spec.RolloutStrategy = pick(w, "", "", "gradual", "immediate", "other")
	w.scaledJob.Spec.Rollout.Strategy = pick(w, "", "gradual", "immediate")
	shown := w.someJobs()
	w.keepJobs(shown)
	reconciler := &ScaledJobReconciler{Client: w, EventEmitter: w}
	if _, err := reconciler.deletePreviousVersionScaleJobs(context.Background(), logr.Discard(), w.scaledJob); err != nil {
		panic(err)
	}
	say(rolloutLine{Index: w.index, ScaledJob: w.scaledJob, Jobs: shown, Deleted: w.deleted})
}
