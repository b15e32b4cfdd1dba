//! The decisions of the HPA controller (Kubernetes 1.36).
