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
	plays := w.setScaledObject()
	handler := w.handler()
	key := kedav1alpha1.GenerateIdentifier("ScaledObject", namespace, "orders")
	line := serveLine{Index: w.index, ScaledObject: stored(w.scaledObject), Now: time.Now(), Target: w.setTarget(true)}
	var playing []*played
	for _, one := range plays {
		metrics, said := w.next(one)
		playing = append(playing, &played{metrics: metrics})
		line.Triggers = append(line.Triggers, input{Source: said})
	}
	object := w.scaledObject.DeepCopy()
	names := object.Status.ExternalMetricNames
	if object.IsUsingModifiers() {
		names = []string{kedav1alpha1.CompositeMetricName}
	}
	scalersCache := w.scalersCache(object, playing)
	line.Refused = scalersCache == nil
	for _, name := range names {
		if line.Refused {
			break
		}
		// An error empties the cache.
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
