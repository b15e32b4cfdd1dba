package scalers

// Laid over KEDA's package: what the oracle needs of it that is not exported.

import "net/http"

// OracleTransport answers a prometheus scaler's queries in memory.
func OracleTransport(scaler Scaler, transport http.RoundTripper) {
	scaler.(*prometheusScaler).httpClient.Transport = transport
}
