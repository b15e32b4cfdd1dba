package keda

import (
	"context"
	"time"

	kedav1alpha1 "github.com/kedacore/keda/v2/apis/keda/v1alpha1"
	"github.com/kedacore/keda/v2/pkg/scaling"
)

type serveLine struct {
	Index        uint64                          `json:"index"`
	ScaledObject *kedav1alpha1.ScaledObject      `json:"scaledObject"`
	Polled       *loopPoll                       `json:"polled"`
	Now          time.Time                       `json:"now"`
	Target       targetState                     `json:"target"`
	Triggers     []input                         `json:"triggers"`
	Refused      bool                            `json:"refused"`
	Metrics      []servedMetric                  `json:"metrics"`
	Status       kedav1alpha1.ScaledObjectStatus `json:"status"`
}

type servedMetric struct {
	Name   string   `json:"name"`
	Values []string `json:"values"`
	Error  *string  `json:"error"`
}

// serveCase asks for every metric of the HPA once, as a pass of the HPA controller does.
func (w *world) serveCase() {
	w.cached = 40
	plays := w.setScaledObject()
	handler := w.handler()
	key := kedav1alpha1.GenerateIdentifier("ScaledObject", namespace, "orders")
	line := serveLine{Index: w.index, ScaledObject: stored(w.scaledObject)}
	next := func() ([]*played, []input) {
		var playing []*played
		var inputs []input
		for _, one := range plays {
			metrics, said := w.next(one)
			playing = append(playing, &played{metrics: metrics})
			inputs = append(inputs, input{Source: said})
		}
		return playing, inputs
	}
	if w.chance(60) {
		poll := loopPoll{Now: time.Now(), Target: w.setTarget(true), HpaConditions: w.setHpa()}
		var playing []*played
		playing, poll.Triggers = next()
		w.check(handler, key, w.scaledObject.DeepCopy(), playing, nil)
		poll.Answer.Status = w.scaledObject.Status
		line.Polled = &poll
		time.Sleep(time.Duration(w.between(0, 40)) * time.Second)
	}
	line.Now, line.Target = time.Now(), w.setTarget(line.Polled == nil)
	var playing []*played
	playing, line.Triggers = next()
	object := w.scaledObject.DeepCopy()
	names := object.Status.ExternalMetricNames
	if object.IsUsingModifiers() {
		names = []string{kedav1alpha1.CompositeMetricName}
	}
	for _, name := range names {
		// New ones for each: an error closes them all.
		scalersCache := w.scalersCache(object, playing)
		if scalersCache == nil {
			line.Refused = true
			break
		}
		scaling.OracleCache(handler, key, scalersCache)
		list, err := handler.GetScaledObjectMetrics(context.Background(), "orders", namespace, name)
		one := servedMetric{Name: name, Error: text(err)}
		if err == nil {
			for _, item := range list.Items {
				one.Values = append(one.Values, item.Value.String())
			}
		}
		line.Metrics = append(line.Metrics, one)
	}
	line.Status = w.scaledObject.Status
	say(line)
}
